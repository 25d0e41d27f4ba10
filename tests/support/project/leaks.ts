/**
 * Searches for texts in all places where the project may store them: every column of every table, every
 * log, and Redis.
 */
import { Redis } from "@upstash/redis";
import { ok } from "node:assert/strict";
import { dirname } from "node:path";
import type postgres from "postgres";
import { databaseDir } from "@farthing/local-stack/postgres";
import { redisDir } from "@farthing/local-stack/redis";
import { STACK_OUTPUT } from "../../../scripts/test-tools/stack-process.ts";
import type { World } from "./world.ts";

/** A place, and the text that was found there. */
export interface Leak {
  readonly place: string;
  readonly found: string;
}

type Sql = postgres.Sql<Record<string, never>> | postgres.TransactionSql<Record<string, never>>;

interface Table {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

async function tablesOf(sql: Sql): Promise<Table[]> {
  return await sql<Table[]>`
    select format('%I.%I', c.table_schema, c.table_name) as name,
      jsonb_agg(jsonb_build_object('name', c.column_name, 'type', c.data_type)) as columns
    from information_schema.columns c join information_schema.tables t
      using (table_schema, table_name)
    where t.table_type = 'BASE TABLE'
      and c.table_schema not in ('pg_catalog', 'information_schema')
    group by 1 order by 1`;
}

/**
 * Returns a query whose result is one row. Each column of this row is a text with all values of the
 * table's column, one value per line.
 */
function columnsOf({ name, columns }: Table): string {
  const texts = columns.map(({ name: column, type }) => {
    const quoted = `t."${column}"`;
    const text = type === "bytea" ? `encode(${quoted}, 'escape')` : `${quoted}::text`;
    return `string_agg(${text}, E'\\n') as "${column}"`;
  });
  return `select ${texts.join(", ")} from ${name} t`;
}

/**
 * Searches every column of every table. PostgreSQL would compile the regular expression again for
 * each value. So JavaScript searches each column as one text, in a tenth of the time.
 */
export async function leaksInDatabase(sql: Sql, pattern: string): Promise<Leak[]> {
  const leaks: Leak[] = [];
  for (const table of await tablesOf(sql)) {
    const [columns = {}] = await sql.unsafe<Record<string, string | null>[]>(columnsOf(table));
    for (const [column, text] of Object.entries(columns)) {
      leaks.push(...leaksInTexts({ [`${table.name}.${column}`]: text ?? "" }, pattern));
    }
  }
  return leaks;
}

async function readLog(path: string): Promise<string | undefined> {
  return await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
}

/** Returns every key in Redis with its value; undefined without Redis. */
async function keptInRedis({ redisUrl, redisToken }: World): Promise<string | undefined> {
  if (redisUrl === undefined || redisToken === undefined) return undefined;
  const redis = new Redis({ url: redisUrl, token: redisToken, enableTelemetry: false });
  const keys = await redis.keys("*");
  const values = keys.length === 0 ? [] : await redis.mget<unknown[]>(...keys);
  return keys.map((key, at) => `${key} ${JSON.stringify(values[at])}`).join("\n");
}

/**
 * Returns the text of each log that a stack writes, and the keys and values in Redis. Each text is
 * stored under the name of its log.
 */
export async function logsOf(world: World): Promise<Record<string, string>> {
  const { dataDir } = world;
  ok(dataDir, "set FARTHING_DATA to the data folder of the stack whose logs are read");
  const functions = await readLog(`${dataDir}/functions.log`) ??
    await readLog(`${dirname(dataDir)}/functions.log`);
  const server = await readLog(`${databaseDir(dataDir)}/server.log`);
  ok(
    functions !== undefined && server !== undefined,
    "functions.log and the database's server.log exist",
  );
  // The output of a stack is stored only if the test runner has started the stack. The table of
  // keys before "Ready after" is no leak, so only the output after these words is searched.
  const printed = (await readLog(`${dataDir}/${STACK_OUTPUT}`))?.split("Ready after")[1];
  const kept = await keptInRedis(world);
  const redis = await readLog(`${redisDir(dataDir)}/redis.log`);
  return {
    "the functions' log": functions,
    "the database server's log": server,
    ...(kept !== undefined && { "Redis": kept }),
    ...(redis !== undefined && { "the log of Redis": redis }),
    ...(printed !== undefined && { "the stack's output": printed }),
  };
}

/**
 * Returns each match of the pattern, with the name of the text that contains the match.
 * @param pattern a regular expression that matches no line break
 */
export function leaksInTexts(texts: Readonly<Record<string, string>>, pattern: string): Leak[] {
  return Object.entries(texts).flatMap(([place, text]) => {
    const found = new Set(text.match(new RegExp(pattern, "g")));
    return [...found].map((found) => ({ place, found }));
  });
}

/** Returns a pattern that matches any of these texts. */
export function anyOf(texts: readonly string[]): string {
  return texts.map((text) => text.replaceAll(/[^A-Za-z0-9_ -]/g, "\\$&")).join("|");
}

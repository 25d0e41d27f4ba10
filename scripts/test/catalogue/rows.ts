/** Lists the rows of a new project as lines that can be compared between two databases. */
import type postgres from "postgres";

/**
 * Tables that record changes of rows. They are not compared: one database may insert a row with its
 * final values, and the other may insert the row and update it later. The row is then equal in
 * both, but the records differ.
 */
const HISTORY = ["audit"];

interface Table {
  name: string;
  /** The columns of the primary key. */
  key: string[];
  /** The columns with a sequence or a random default. Their values differ between databases. */
  own: string[];
}

async function tablesOf(sql: postgres.Sql): Promise<Table[]> {
  return await sql<Table[]>`
    select c.relname as name,
      array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid
        and a.attnum = any (i.indkey) where i.indrelid = c.oid and i.indisprimary) as key,
      array(select a.attname::text from pg_attribute a
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and (a.attidentity <> ''
          or pg_get_expr(d.adbin, d.adrelid) ~ 'random|nextval')) as own
    from pg_class c
    where c.relnamespace = 'farthing'::regnamespace and c.relkind in ('r', 'p')
      and c.relname <> all (${HISTORY})
    order by 1`;
}

const TIME = /"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d"/g;
const DAY_MS = 86_400_000;

/**
 * Replaces times close to now, such as the time of the installation and the times at which tasks
 * are due. They differ between two databases.
 */
function withoutNow(json: string): string {
  return json.replace(
    TIME,
    (time) => Math.abs(Date.parse(JSON.parse(time)) - Date.now()) < DAY_MS ? '"about now"' : time,
  );
}

/** Returns a line for each row of Farthing's tables: `row of <table> <key>: <row>`. */
export async function rowsOf(sql: postgres.Sql): Promise<string[]> {
  const lines: string[] = [];
  for (const { name, key, own } of await tablesOf(sql)) {
    const rows = await sql<{ key: string; row: string }[]>`
      select array(select to_jsonb(t) ->> k
          from unnest(${key}::text[]) k where k <> all (${own}))::text as key,
        (to_jsonb(t) - ${own}::text[])::text as row
      from ${sql(`farthing.${name}`)} t`;
    lines.push(...rows.map(({ key, row }) => withoutNow(`row of farthing.${name} ${key}: ${row}`)));
  }
  return lines;
}

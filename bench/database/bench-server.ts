/**
 * The PostgreSQL server that the benchmarks measure, and its databases: an empty one and a seeded
 * one. Measures run in clones of these two.
 */
import { dirname, join } from "node:path";
import type postgres from "postgres";
import { migrate, seed, splitStatements } from "@farthing/local-stack/migrations";
import {
  bootstrap,
  type DatabaseServer,
  findSource,
  type Flavour,
  install,
  serverAccount,
  startDatabase,
} from "@farthing/local-stack/postgres";
import { withCleanup } from "@farthing/command-line";
import { ROOT } from "../../scripts/command/root.ts";

/** A database with all migrations and no users, as a project has after `supabase db push`. */
const EMPTY = "empty";
/**
 * The same database, but with a filled ledger. Each arm (a variant of the debit) runs in its own
 * clone, so no arm sees the rows that other arms write.
 */
const SEEDED = "seeded";

export interface BenchServer extends DatabaseServer {
  /** The directory of libpq. */
  readonly lib: string;
  readonly flavour: Flavour;
  /** Runs SQL in a database over a new connection. */
  query<T extends object>(database: string, text: string): Promise<T[]>;
  /** Makes a fresh clone of the seeded database. */
  clone(name: string): Promise<void>;
  /** Makes a fresh clone of the empty database. */
  cloneEmpty(name: string): Promise<void>;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/**
 * Runs a file statement by statement, because a `do` block that commits must be the only statement
 * in its message.
 */
async function runFile(sql: postgres.Sql, file: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  for (const statement of splitStatements(text)) await sql.unsafe(statement).simple();
}

type Say = (what: string) => void;

/**
 * Makes a project with the migrations and the prices of one version of this repository. Returns the
 * connection, which the caller must end.
 * @param root the folder with that version's files
 */
async function createProject(server: DatabaseServer, name: string, root: string) {
  await server.createDatabase(name);
  await bootstrap(server, name);
  const sql = server.connect(name, { max: 1 });
  await migrate(sql, `${root}supabase/migrations`);
  // Up to commit 19a6328, the seed file was called seed.sql.
  for (const file of ["farthing_seed.sql", "seed.sql"]) {
    await seed(sql, `${root}supabase/${file}`, root);
  }
  return sql;
}

/** Fills the ledger with the seed of the version in `root`. */
async function fillLedger(sql: postgres.Sql, root: string): Promise<void> {
  await runFile(sql, `${root}bench/database/seed.sql`);
  await sql`vacuum (analyze)`;
}

async function fillEmpty(server: DatabaseServer, say: Say): Promise<void> {
  say("applying the migrations");
  const sql = await createProject(server, EMPTY, ROOT);
  for (const file of ["database/floors.sql", "queue/queue.sql", "storm/storm.sql"]) {
    await runFile(sql, `${ROOT}bench/${file}`);
  }
  await sql.end();
}

async function fillSeeded(server: DatabaseServer, say: Say): Promise<void> {
  say("seeding 10,000 accounts");
  await server.createDatabase(SEEDED, { template: EMPTY });
  const sql = server.connect(SEEDED, { max: 1 });
  await fillLedger(sql, ROOT);
  await sql.end();
}

/**
 * Makes a database with the filled ledger of one version of this repository.
 * @param root the folder with that version's files
 */
export async function addTree(server: DatabaseServer, name: string, root: string): Promise<void> {
  const sql = await createProject(server, name, root);
  await fillLedger(sql, root);
  await sql.end();
}

function extend(server: DatabaseServer, lib: string, flavour: Flavour): BenchServer {
  const clone = (template: string) => async (name: string) => {
    await server.dropDatabase(name);
    await server.createDatabase(name, { template });
  };
  async function query<T extends object>(database: string, text: string): Promise<T[]> {
    const sql = server.connectAsAdmin(database, { max: 1 }); // only the superuser may run a checkpoint
    try {
      return [...await sql.unsafe<T[]>(text)];
    } finally {
      await sql.end();
    }
  }
  // A proxy adds the fields, because spreading the server would lose its private fields.
  return new Proxy(server as BenchServer, {
    get(target, name) {
      const extra = { lib, flavour, query, clone: clone(SEEDED), cloneEmpty: clone(EMPTY) };
      if (name in extra) return extra[name as keyof typeof extra];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The binaries that a server runs, and the settings that override its defaults. */
export interface ServerKind {
  flavour: Flavour;
  settings?: Record<string, string>;
}

/**
 * Returns the directory of the libpq that belongs to the embedded PostgreSQL. The libpq installed
 * on the machine may have a different version.
 */
async function findLib(server: DatabaseServer): Promise<string> {
  const { bin } = await install(await findSource("embedded"), serverAccount(server.directory));
  return join(dirname(bin), "lib");
}

/**
 * Starts PostgreSQL with durable commits, fills it, passes it to `use`, and removes it afterwards.
 */
export async function withFilled<T>(
  { flavour, settings = {} }: ServerKind,
  say: Say,
  fill: (server: DatabaseServer, say: Say) => Promise<void>,
  use: (server: DatabaseServer) => Promise<T>,
): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-bench-" });
  await Deno.chmod(dataDir, 0o755); // the server's account must be able to enter this directory
  let server: DatabaseServer | undefined;
  const cleanup = async () => {
    await server?.stop();
    await Deno.remove(dataDir, { recursive: true });
  };
  return await withCleanup(cleanup, async () => {
    say("starting PostgreSQL");
    const options = { dataDir, port: freePort(), flavour };
    // The platform's statement timeout of two minutes is turned off, because making a million rows
    // takes longer.
    const withoutTimeout = { statement_timeout: "0", ...settings };
    // `cron.database_name` must name the database that gets the migrations, and the real pg_cron
    // keeps a connection open to it. A database with an open connection cannot be cloned, so the
    // server is restarted below without this setting.
    const cron = flavour === "system" ? { "cron.database_name": EMPTY } : {};
    server = await startDatabase({ ...options, settings: { ...withoutTimeout, ...cron } });
    await fill(server, say);
    if (server.hasCron) {
      await server.stop();
      server = await startDatabase({ ...options, settings: withoutTimeout });
    }
    return await use(server);
  });
}

/** Passes a server to `use`. The server has the two databases that most measures clone. */
export function withServer<T>(
  kind: ServerKind,
  say: Say,
  use: (server: BenchServer) => Promise<T>,
): Promise<T> {
  return withFilled(kind, say, fillEmpty, async (server) => {
    await fillSeeded(server, say);
    return await use(extend(server, await findLib(server), kind.flavour));
  });
}

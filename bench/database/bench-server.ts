/** The server that is measured, and its databases: a seeded one, cloned for each arm. */
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

/** Has what a project has after `supabase db push`, and nobody in it. */
const EMPTY = "empty";
/** The same with a ledger in use; arms run in clones of it, so that none meets another's rows. */
const SEEDED = "seeded";

export interface BenchServer extends DatabaseServer {
  /** The directory of libpq. */
  readonly lib: string;
  readonly flavour: Flavour;
  /** Runs SQL in a database over a connection of its own. */
  query<T extends object>(database: string, text: string): Promise<T[]>;
  /** A fresh clone of the seeded database. */
  clone(name: string): Promise<void>;
  /** A fresh clone without the seed. */
  cloneEmpty(name: string): Promise<void>;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** Statement by statement: a `do` block that commits may not share a message with others. */
async function runFile(sql: postgres.Sql, file: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  for (const statement of splitStatements(text)) await sql.unsafe(statement).simple();
}

type Say = (what: string) => void;

/** A new project with the migrations and the prices of a tree of this repository; the caller ends it. */
async function createProject(server: DatabaseServer, name: string, root: string) {
  await server.createDatabase(name);
  await bootstrap(server, name);
  const sql = server.connect(name, { max: 1 });
  await migrate(sql, `${root}supabase/migrations`);
  // Up to 19a6328 it had the name that is a host's own by now.
  for (const file of ["farthing_seed.sql", "seed.sql"]) {
    await seed(sql, `${root}supabase/${file}`, root);
  }
  return sql;
}

/** A ledger in use, as the seed of a tree makes it. */
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

/** A database with the ledger of a tree of this repository, in use. */
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
    const sql = server.connectAsAdmin(database, { max: 1 }); // for checkpoints
    try {
      return [...await sql.unsafe<T[]>(text)];
    } finally {
      await sql.end();
    }
  }
  // The server has a private state that a spread would lose.
  return new Proxy(server as BenchServer, {
    get(target, name) {
      const extra = { lib, flavour, query, clone: clone(SEEDED), cloneEmpty: clone(EMPTY) };
      if (name in extra) return extra[name as keyof typeof extra];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What a server differs in: its binaries, and settings beside its defaults. */
export interface ServerKind {
  flavour: Flavour;
  settings?: Record<string, string>;
}

/** libpq comes with the embedded PostgreSQL; the machine's own may be another version. */
async function findLib(server: DatabaseServer): Promise<string> {
  const { bin } = await install(await findSource("embedded"), serverAccount(server.directory));
  return join(dirname(bin), "lib");
}

/** Starts PostgreSQL as it is, with durable commits, fills it, and removes it afterwards. */
export async function withFilled<T>(
  { flavour, settings = {} }: ServerKind,
  say: Say,
  fill: (server: DatabaseServer, say: Say) => Promise<void>,
  use: (server: DatabaseServer) => Promise<T>,
): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-bench-" });
  await Deno.chmod(dataDir, 0o755); // the server's account has to get in
  let server: DatabaseServer | undefined;
  const cleanup = async () => {
    await server?.stop();
    await Deno.remove(dataDir, { recursive: true });
  };
  return await withCleanup(cleanup, async () => {
    say("starting PostgreSQL");
    const options = { dataDir, port: freePort(), flavour };
    // A million rows are not made within the platform's two minutes.
    const patient = { statement_timeout: "0", ...settings };
    // The real pg_cron works in one database, the one that the migrations are applied to, and keeps a
    // connection there, which would forbid the clones: so not after that.
    const cron = flavour === "system" ? { "cron.database_name": EMPTY } : {};
    server = await startDatabase({ ...options, settings: { ...patient, ...cron } });
    await fill(server, say);
    if (server.hasCron) {
      await server.stop();
      server = await startDatabase({ ...options, settings: patient });
    }
    return await use(server);
  });
}

/** The same with the databases that most measures clone. */
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

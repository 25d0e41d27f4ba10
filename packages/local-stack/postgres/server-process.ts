/**
 * Creates a PostgreSQL cluster, starts its server process, and finds a server that already runs.
 */
import { dirname, join } from "node:path";
import { isAlive } from "../core/processes.ts";
import { StackError } from "../core/stack-error.ts";
import { type Account, giveTo } from "./server-account.ts";
import type { Install } from "./install.ts";

/**
 * The superuser that created the cluster. The project's owner, `postgres`, is not a superuser
 * (sql/roles.sql).
 */
export const SUPERUSER = "supabase_admin";
export const OWNER = "postgres";
/** The role with which Supabase's Auth connects. */
export const AUTH = "supabase_auth_admin";
export const PASSWORD = "postgres";

const decoder = new TextDecoder();

/** The options of a server; `settings` override the default settings of this file. */
export interface ServerOptions {
  install: Install;
  account: Account;
  /** The directory of the cluster. */
  directory: string;
  port: number;
  settings: Record<string, string>;
}

function asAccount(account: Account): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** Creates the cluster if there is none. */
export async function createCluster(options: ServerOptions): Promise<void> {
  const { install, account, directory } = options;
  const there = await Deno.stat(join(directory, "PG_VERSION")).then(() => true, () => false);
  if (there) return await checkVersion(options);
  await Deno.mkdir(dirname(directory), { recursive: true });
  await Deno.mkdir(directory, { mode: 0o700 });
  const passwordFile = `${directory}.password`;
  await Deno.writeTextFile(passwordFile, PASSWORD, { mode: 0o600 });
  await giveTo(directory, account);
  await giveTo(passwordFile, account);
  const collation = install.source.flavour === "embedded"
    ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    : ["--locale=C.UTF-8"];
  const { success, stderr, stdout } = await new Deno.Command(join(install.bin, "initdb"), {
    args: [
      ...["-D", directory, "-U", SUPERUSER, "--encoding=UTF8", ...collation],
      ...["--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--no-instructions"],
    ],
    cwd: "/",
    ...asAccount(account),
  }).output();
  await Deno.remove(passwordFile);
  if (success) return;
  await Deno.remove(directory, { recursive: true });
  const said = decoder.decode(stderr).trim() || decoder.decode(stdout).trim();
  throw new StackError(`initdb could not create the database in ${directory}: ${said}`);
}

async function checkVersion({ directory, install }: ServerOptions): Promise<void> {
  const had = (await Deno.readTextFile(join(directory, "PG_VERSION"))).trim();
  const have = install.source.version.split(".")[0];
  if (had === have) return;
  throw new StackError(
    `The data in ${directory} belongs to PostgreSQL ${had}, but this server is PostgreSQL ${have}: ` +
      `use the same --postgres as before, another --data, or \`deno task reset\`.`,
  );
}

/**
 * Settings for the real pg_cron. Its jobs run in background workers, because pg_cron has no
 * password with which to connect.
 */
const CRON = {
  shared_preload_libraries: "pg_cron",
  "cron.database_name": "postgres",
  "cron.use_background_workers": "on",
  max_worker_processes: "32",
};

function postgresArguments({ directory, port, settings, install }: ServerOptions): string[] {
  const all: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    "timezone": "UTC",
    // Supabase's statement timeout, for every role without a shorter timeout of its own.
    statement_timeout: "2min",
    log_min_messages: "warning",
    log_line_prefix: "%m [%p] %d ",
    // After a crash, the server flushes the whole file system at once. This is ten times as fast as
    // flushing each file.
    ...(Deno.build.os === "linux" ? { recovery_init_sync_method: "syncfs" } : {}),
    ...(install.source.hasCron ? CRON : {}),
    ...settings,
  };
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", directory, "-p", String(port), ...options];
}

/**
 * Starts the server, which logs to `<directory>/server.log`. Does not wait until the server
 * answers.
 */
export async function spawnServer(options: ServerOptions): Promise<Deno.ChildProcess> {
  const { install, account, directory } = options;
  const log = join(directory, "server.log");
  // The shell is only needed to append to the log. `exec` replaces the shell with the server, so
  // the child's pid is the server's.
  const child = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      'exec "$@" >> "$FARTHING_LOG" 2>&1',
      "sh",
      join(install.bin, "postgres"),
      ...postgresArguments(options),
    ],
    env: { FARTHING_LOG: log, PGPASSFILE: join(directory, ".pgpass") },
    cwd: "/",
    stdin: "null",
    stdout: "null",
    stderr: "null",
    // The server gets a process group of its own, so that Ctrl-C reaches only the stack, which
    // stops its parts in order.
    detached: true,
    ...asAccount(account),
  }).spawn();
  await Promise.resolve();
  return child;
}

/** Returns the last lines of the server's log, for error messages. */
export async function lastLog(directory: string, lines = 5): Promise<string> {
  const text = await Deno.readTextFile(join(directory, "server.log")).catch(() => "");
  return text.trim().split("\n").slice(-lines).join("\n");
}

/**
 * Returns the postmaster's pid from postmaster.pid if that process runs and belongs to this
 * cluster.
 */
export async function runningPid(directory: string): Promise<number | undefined> {
  const text = await Deno.readTextFile(join(directory, "postmaster.pid")).catch(() => "");
  const pid = Number(text.split("\n")[0]);
  if (!pid || !isAlive(pid)) return undefined;
  const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => undefined);
  return command === undefined || command.includes(directory) ? pid : undefined;
}

/**
 * A PostgreSQL server for the stack, the tests and the benchmarks:
 *
 *     const server = await startDatabase({ dataDir, port: 54322 });
 *     await server.createDatabase("project", { template: "base" });
 *     const sql = server.connect("project");
 *     await server.crash();    // kill -9 of every process of the server
 *     await server.restart();  // recovers from the log, as after a power failure
 *     await server.stop();
 */
import { waitFor } from "@farthing/command-line";
import { isListenedOn } from "../core/port-owner.ts";
import { isAlive, killAll, processTree } from "../core/processes.ts";
import { StackError } from "../core/stack-error.ts";
import { serverAccount } from "./server-account.ts";
import { type Databases, RunningServer } from "./running-server.ts";
import { install } from "./install.ts";
import { databaseDir } from "./directories.ts";
import {
  createCluster,
  lastLog,
  runningPid,
  type ServerOptions,
  spawnServer,
} from "./server-process.ts";
import { findSource, type Flavour } from "./find-postgres.ts";

export interface DatabaseOptions {
  /**
   * The caller's directory. It contains the database cluster if the server's account can reach this
   * directory. Otherwise the cluster is under /var/lib.
   */
  dataDir: string;
  port: number;
  flavour?: Flavour;
  /** Server settings that override the defaults, such as `{ synchronous_commit: "off" }`. */
  settings?: Record<string, string>;
  /** Called when the server ends unexpectedly. */
  onExit?: (status: Deno.CommandStatus) => void;
}

export interface DatabaseServer extends Databases {
  readonly directory: string;
  /** The postmaster's pid, undefined while the server is down. */
  readonly pid: number | undefined;
  /** Whether the real pg_cron is loaded. */
  readonly hasCron: boolean;
  /** Stops the server normally: it writes committed work to disk and disconnects its clients. */
  stop(): Promise<void>;
  /** Sends `kill -9` to every process of the server; the server stays down until `restart`. */
  crash(): Promise<void>;
  /** Starts the server after `stop` or `crash`, and waits until it answers. */
  restart(): Promise<void>;
  /** Lets this process end while the server keeps running. */
  unref(): void;
  /** Registers a callback that is called each time the server answers after a start or restart. */
  onUp(callback: () => void): void;
}

const QUIET = () => {};
const ROLES = new URL("./sql/roles.sql", import.meta.url);
const START_TIMEOUT_MS = 30_000;

/**
 * Creates the cluster if there is none, starts the server, waits until it answers, and creates the
 * roles.
 */
export async function startDatabase(options: DatabaseOptions): Promise<DatabaseServer> {
  const account = serverAccount(databaseDir(options.dataDir));
  const source = await findSource(options.flavour ?? "embedded");
  const server: ServerOptions = {
    install: await install(source, account),
    account,
    directory: databaseDir(options.dataDir, account),
    port: options.port,
    settings: options.settings ?? {},
  };
  await createCluster(server);
  const running = new Server(server, options.onExit ?? QUIET);
  await running.restart();
  try {
    await running.makeRoles();
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

class Server extends RunningServer implements DatabaseServer {
  #child: Deno.ChildProcess | undefined;
  #wanted = false;
  #starting: Promise<void> | undefined;
  readonly #up: (() => void)[] = [];

  constructor(
    private readonly options: ServerOptions,
    private readonly onExit: (status: Deno.CommandStatus) => void,
  ) {
    super(options.port);
  }

  get directory(): string {
    return this.options.directory;
  }
  get pid(): number | undefined {
    return this.#child?.pid;
  }
  get hasCron(): boolean {
    return this.options.install.source.hasCron;
  }

  onUp(callback: () => void): void {
    this.#up.push(callback);
  }

  async makeRoles(): Promise<void> {
    try {
      await this.admin(await Deno.readTextFile(ROLES));
    } catch (error) {
      const { message } = error as Error;
      throw new StackError(
        `The roles could not be created in ${this.directory}: ${message}. ` +
          "Run `deno task reset`, which deletes its data, or pass another directory with --data.",
      );
    }
  }

  /** Starts the server; concurrent calls share one start. */
  restart(): Promise<void> {
    return this.#starting ??= this.#start().finally(() => this.#starting = undefined);
  }

  async #start(): Promise<void> {
    if (this.#child) return;
    await endServer(this.directory);
    const end = performance.now() + START_TIMEOUT_MS;
    while (true) {
      const child = await spawnServer(this.options);
      this.#watch(child);
      if (await this.#answers(child, end) && this.#child === child) {
        // `#wanted` is set only after the server's first answer. If the server ends before that,
        // this loop starts it again or throws, and onExit must not be called.
        this.#wanted = true;
        return this.#up.forEach((callback) => callback());
      }
      const log = await lastLog(this.directory);
      // Retry in two cases. After a postmaster was killed, its children hold the shared memory
      // until they notice its end. And an outgoing connection may hold the port for a moment.
      const again = /pre-existing shared memory|lock file ".*" already exists/.test(log) ||
        (/could not bind/.test(log) && !isListenedOn(this.port));
      if (!again || performance.now() > end) {
        throw new StackError(`PostgreSQL did not start on port ${this.port}:\n${log}`);
      }
    }
  }

  #watch(child: Deno.ChildProcess): void {
    this.#child = child;
    this.#wanted = false;
    child.status.then((status) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (this.#wanted) this.onExit(status);
    });
  }

  async #answers(child: Deno.ChildProcess, end: number): Promise<boolean> {
    const answered = await waitFor(async () => {
      if (this.#child !== child) return false; // the process has ended
      const sql = this.connectAsAdmin("postgres", { max: 1, connect_timeout: 2 });
      try {
        await sql`select 1`;
        return true;
      } finally {
        await sql.end({ timeout: 0 });
      }
    }, end - performance.now());
    return answered ?? false;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#wanted = false;
    if (!child) return;
    // SIGINT means a "fast" shutdown: the server rolls back open transactions, writes to disk, and
    // ends
    killAll([child.pid], "SIGINT");
    await child.status;
    this.#child = undefined;
  }

  unref(): void {
    this.#child?.unref();
  }

  async crash(): Promise<void> {
    const child = this.#child;
    this.#wanted = false;
    if (!child) return;
    const tree = await processTree(child.pid);
    killAll(tree, "SIGKILL");
    await child.status;
    await waitFor(() => tree.some(isAlive) ? undefined : true, 10_000);
    this.#child = undefined;
  }
}

/** Stops a PostgreSQL server that still runs on a data directory because its stack was killed. */
export async function endLeftover(dataDir: string): Promise<void> {
  await endServer(databaseDir(dataDir));
}

async function endServer(directory: string): Promise<void> {
  const pid = await runningPid(directory);
  if (pid === undefined) return;
  killAll([pid], "SIGINT");
  await waitFor(() => isAlive(pid) ? undefined : true, 10_000);
}

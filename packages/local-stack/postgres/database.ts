/**
 * A PostgreSQL server for the stack, the tests and the bench:
 *
 *     const server = await startDatabase({ dataDir, port: 54322 });
 *     await server.createDatabase("story", { template: "base" });
 *     const sql = server.connect("story");
 *     await server.crash();    // kill -9 of every process of the server
 *     await server.restart();  // recovers from the log, as after a power cut
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
  /** A directory of ours; the cluster goes inside it, or where the server's account can reach. */
  dataDir: string;
  port: number;
  flavour?: Flavour;
  /** Server settings beside the defaults, such as `{ synchronous_commit: "off" }`. */
  settings?: Record<string, string>;
  /** Called when the server ends without having been asked to. */
  onExit?: (status: Deno.CommandStatus) => void;
}

export interface DatabaseServer extends Databases {
  readonly directory: string;
  /** The postmaster's pid, undefined while it is down. */
  readonly pid: number | undefined;
  /** True when the real pg_cron is loaded. */
  readonly hasCron: boolean;
  /** Ends the server in order (committed work written, clients cut off). */
  stop(): Promise<void>;
  /** `kill -9` of every process of the server; it stays down until `restart`. */
  crash(): Promise<void>;
  /** Starts it again after `stop` or `crash` and waits until it answers. */
  restart(): Promise<void>;
  /** Lets this process end while the server goes on. */
  unref(): void;
  /** Calls back each time the server answers again after having been down. */
  onUp(callback: () => void): void;
}

const QUIET = () => {};
const ROLES = new URL("./sql/roles.sql", import.meta.url);
const START_TIMEOUT_MS = 30_000;

/** Creates the cluster where there is none, starts it, waits until it answers, and makes its roles. */
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
        `The roles could not be made in ${this.directory}: ${message}. ` +
          "Run `deno task reset` (its data is lost), or use another --data.",
      );
    }
  }

  /** One start at a time: whoever asks while one is under way waits for it. */
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
        // Only now: one that dies before its first answer is this loop's business, and nobody else's.
        this.#wanted = true;
        return this.#up.forEach((callback) => callback());
      }
      const log = await lastLog(this.directory);
      // Children of a killed postmaster hold the shared memory until they notice; and an outgoing
      // connection that nobody listens behind soon gives back the port.
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
      if (this.#child !== child) return false; // it ended
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
    killAll([child.pid], "SIGINT"); // "fast": roll back, write out, end
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

/** Ends the server of a data directory, if one was left running by a process that was killed. */
export async function endLeftover(dataDir: string): Promise<void> {
  await endServer(databaseDir(dataDir));
}

async function endServer(directory: string): Promise<void> {
  const pid = await runningPid(directory);
  if (pid === undefined) return;
  killAll([pid], "SIGINT");
  await waitFor(() => isAlive(pid) ? undefined : true, 10_000);
}

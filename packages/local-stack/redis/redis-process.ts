/** One redis-server that writes no data to disk and ends with the process that started it. */
import { waitFor } from "@farthing/command-line";
import { join } from "node:path";
import { isAlive } from "../core/processes.ts";
import { StackError } from "../core/stack-error.ts";
import { redisDir, socketOf } from "./find-redis.ts";

export const MEMORY = "64mb";

const END_TIMEOUT_MS = 5_000;
const LOG_LINES = 5;

export interface RedisProcess {
  readonly socket: string;
  readonly pid: number;
  readonly isAlive: boolean;
  stop(): Promise<void>;
}

/**
 * A shell script that runs redis-server and kills it when the script's input ends. The input ends
 * when the stack ends, even by kill -9. If redis-server ends first, the script ends its background
 * watcher.
 */
const UNTIL_INPUT_ENDS = `exec 3<&0
"$@" >> "$FARTHING_LOG" 2>&1 < /dev/null &
server=$!
( read -r nothing; kill "$server" ) <&3 &
watcher=$!
exec 3<&-
wait "$server"
kill "$watcher"`;

function redisArguments(directory: string): string[] {
  const options = {
    port: "0",
    unixsocket: socketOf(directory),
    unixsocketperm: "700",
    pidfile: join(directory, "redis.pid"),
    dir: directory,
    save: "",
    appendonly: "no",
    maxmemory: MEMORY,
    // A full Redis refuses new data instead of evicting old data. If it evicted the counter of a
    // rate limit, the limit would no longer apply.
    "maxmemory-policy": "noeviction",
    loglevel: "warning",
    daemonize: "no",
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

function spawn(binary: string, directory: string): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", {
    args: ["-c", UNTIL_INPUT_ENDS, "sh", binary, ...redisArguments(directory)],
    env: { FARTHING_LOG: join(directory, "redis.log") },
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // Redis gets a process group of its own, so that Ctrl-C reaches only the stack, which stops its
    // parts in order.
    detached: true,
  }).spawn();
}

async function lastLog(directory: string): Promise<string> {
  const text = await Deno.readTextFile(join(directory, "redis.log")).catch(() => "");
  return text.trim().split("\n").slice(-LOG_LINES).join("\n");
}

/**
 * Returns the pid of redis-server from the pid file if that process runs and belongs to this
 * directory.
 */
async function runningPid(directory: string): Promise<number | undefined> {
  const pid = Number(await Deno.readTextFile(join(directory, "redis.pid")).catch(() => ""));
  if (!pid || !isAlive(pid)) return undefined;
  // The process belongs to this directory if its command line contains the path of the directory's
  // socket. Systems without /proc do not show the command line, so there the pid file decides.
  const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => undefined);
  return command === undefined || command.includes(socketOf(directory)) ? pid : undefined;
}

async function endServer(directory: string): Promise<void> {
  const pid = await runningPid(directory);
  if (pid === undefined) return;
  Deno.kill(pid, "SIGTERM");
  await waitFor(() => isAlive(pid) ? undefined : true, END_TIMEOUT_MS);
}

/** Ends a redis-server that still runs on a data directory because its stack was killed. */
export async function endLeftoverRedis(dataDir: string): Promise<void> {
  await endServer(redisDir(dataDir));
}

/** @throws StackError with the last lines of redis-server's log if it does not start */
export async function startRedis(binary: string, dataDir: string): Promise<RedisProcess> {
  const directory = redisDir(dataDir);
  await endServer(directory);
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const shell = spawn(binary, directory);
  let isOver = false;
  const ending = shell.status.then(() => isOver = true);
  const pid = await waitFor<number>(async () => isOver ? 0 : await answering(directory), 10_000);
  if (!pid) {
    await shell.stdin.close().catch(() => {});
    throw new StackError(`redis-server did not start:\n${await lastLog(directory)}`);
  }
  return {
    socket: socketOf(directory),
    pid,
    get isAlive() {
      return !isOver;
    },
    async stop() {
      await shell.stdin.close().catch(() => {}); // the shell has ended already
      await ending;
    },
  };
}

async function answering(directory: string): Promise<number | undefined> {
  const connection = await Deno.connect({ transport: "unix", path: socketOf(directory) });
  connection.close();
  return await runningPid(directory);
}

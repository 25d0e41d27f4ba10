/** One redis-server that keeps nothing and ends with the process that started it. */
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
 * A shell beside the server waits for the end of its input, which comes when the stack ends, be it by
 * kill -9, and takes the server along. Where the server ends first, nobody waits any longer.
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
    // What does not fit is refused and never quietly forgotten: a forgotten count is a lifted limit.
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
    // Its own process group: Ctrl-C reaches the stack alone, which stops the parts in order.
    detached: true,
  }).spawn();
}

async function lastLog(directory: string): Promise<string> {
  const text = await Deno.readTextFile(join(directory, "redis.log")).catch(() => "");
  return text.trim().split("\n").slice(-LOG_LINES).join("\n");
}

/** The server that the pid file names, when it lives and is this directory's. */
async function runningPid(directory: string): Promise<number | undefined> {
  const pid = Number(await Deno.readTextFile(join(directory, "redis.pid")).catch(() => ""));
  if (!pid || !isAlive(pid)) return undefined;
  // Redis shows its socket's address in its name.
  const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => undefined);
  return command === undefined || command.includes(socketOf(directory)) ? pid : undefined;
}

async function endServer(directory: string): Promise<void> {
  const pid = await runningPid(directory);
  if (pid === undefined) return;
  Deno.kill(pid, "SIGTERM");
  await waitFor(() => isAlive(pid) ? undefined : true, END_TIMEOUT_MS);
}

/** Ends the server of a data directory, if one was left running by a process that was killed. */
export async function endLeftoverRedis(dataDir: string): Promise<void> {
  await endServer(redisDir(dataDir));
}

/** @throws StackError with the server's last words when it does not come up */
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
      await shell.stdin.close().catch(() => {}); // gone already
      await ending;
    },
  };
}

async function answering(directory: string): Promise<number | undefined> {
  const connection = await Deno.connect({ transport: "unix", path: socketOf(directory) });
  connection.close();
  return await runningPid(directory);
}

/** Starts, kills and stops job runners in separate processes. */
import type { RunnerOptions } from "../../../supabase/functions/_shared/domain/jobs/runner-options.ts";
import { environment } from "./deployment.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

const PROGRAM = new URL("./run-jobs.ts", import.meta.url).pathname;

interface LogEntry {
  readonly message: string;
  readonly job_id?: string;
  readonly status?: string;
}

export interface Runner extends AsyncDisposable {
  /** The log entries of the runner so far. */
  readonly logged: readonly LogEntry[];
  /** Returns the ids of the jobs that the runner has logged with this status. */
  ended(status: string): string[];
  kill(signal: Deno.Signal): void;
}

async function collect(output: ReadableStream<Uint8Array>, logged: LogEntry[]): Promise<void> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) logged.push(line === "ready" ? { message: line } : JSON.parse(line));
  }
}

/**
 * Starts a runner for a queue's jobs, and resolves when the runner is ready.
 * @param changes variables that are added to the runner's environment
 */
export async function startRunner(
  world: World,
  queue: string,
  options: Partial<RunnerOptions>,
  changes: Record<string, string> = {},
): Promise<Runner> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM],
    env: {
      ...environment(world, { DATABASE_POOL_URL: world.databaseUrl, ...changes }),
      RUNNER: JSON.stringify({ queue, ...options }),
    },
    // The runner ends when its input is closed. Only this process holds the input open, so the
    // runner also ends if this process is killed.
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const logged: LogEntry[] = [];
  const reading = collect(child.stdout, logged);
  let isOver = false;
  const over = child.status.then(() => isOver = true);
  const runner: Runner = {
    logged,
    ended: (status) =>
      logged.flatMap(({ message, job_id, status: as }) =>
        message === "job" && as === status && job_id !== undefined ? [job_id] : []
      ),
    kill: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGKILL");
      await Promise.all([over, reading]);
      await child.stdin.abort().catch(() => {});
    },
  };
  await until("the runner is ready", () => logged.length > 0 || undefined);
  return runner;
}

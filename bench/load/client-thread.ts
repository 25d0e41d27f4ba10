/// <reference lib="deno.worker" />
/** One client. It is a thread that makes one call after another, and waits for each answer. */
import { connect } from "./libpq.ts";
import { createParameters } from "./statement-parameters.ts";
import type { Job, Tally } from "./client-job.ts";
import { openHttp } from "./http-client.ts";
import { openQueue } from "./queue-client.ts";
import { openStorm } from "./storm-client.ts";

/**
 * After this many calls, the server has filled its caches and has chosen its final plans.
 * PostgreSQL chooses the final plan of a statement at its sixth execution.
 */
const WARM_UP_CALLS = 20;

const warmUpsOf = ({ warmUps = WARM_UP_CALLS }: Job) => warmUps;

interface Line {
  call(): boolean;
  /** Returns whether the last call found that there is no more work. */
  isOver?(): boolean;
  message(): string;
  close(): void;
}

function openLine(job: Job): Line {
  if (job.target.kind === "http") return openHttp(job.target);
  if (job.target.kind === "queue") return openQueue(job.target);
  if (job.target.kind === "storm") return openStorm(job.target);
  const { lib, url, statement, parameters } = job.target;
  const { values, next } = createParameters(parameters, { ...job.target, seed: job.seed });
  const connection = connect(lib, url);
  const prepared = connection.prepare(statement, values);
  return {
    call() {
      next();
      return prepared.execute();
    },
    message: connection.message,
    close: connection.close,
  };
}

/** Sleeps until the given time. Unlike a busy loop, this uses no processor time. */
function sleepUntil(ms: number, never: Int32Array): void {
  const rest = ms - performance.now();
  if (rest > 0) Atomics.wait(never, 0, 0, rest);
}

/**
 * Makes calls until the job's time is over. If the job has a rate, calls are due at random times (a
 * Poisson process), even if earlier calls are late.
 */
function run(job: Job, line: Line): Tally {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + job.seconds * 1000;
  const gapMs = job.perSecond === undefined ? 0 : 1000 / job.perSecond;
  let due = begin;
  let calls = 0;
  while (true) {
    if (gapMs > 0) {
      due -= Math.log(1 - Math.random()) * gapMs;
      if (due >= end) break;
      sleepUntil(due, never);
    } else {
      due = performance.now();
      if (due >= end) break;
    }
    if (!line.call()) return tally(`${line.message()} (call ${calls})`);
    if (line.isOver?.()) return tally();
    calls++;
    latencies.push(performance.now() - due);
  }
  return tally();

  function tally(failure?: string): Tally {
    const elapsed = (performance.now() - begin) / 1000;
    const counts = {
      calls,
      warmUps: warmUpsOf(job),
      elapsed,
      latencies: new Float64Array(latencies),
    };
    return failure === undefined ? counts : { ...counts, failure };
  }
}

self.onmessage = ({ data: job }: MessageEvent<Job>) => {
  let line: Line | undefined;
  try {
    line = openLine(job);
    for (let call = 0; call < warmUpsOf(job); call++) {
      if (!line.call()) throw new Error(line.message());
    }
    self.postMessage("ready");
    Atomics.wait(new Int32Array(job.gate), 0, 0);
    self.postMessage(run(job, line));
  } catch (error) {
    self.postMessage({ failure: (error as Error).message });
  }
  line?.close();
};

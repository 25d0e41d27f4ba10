/** Runs an arm with several concurrent clients, and adds up their results. */
import { percentile } from "@farthing/command-line";
import type { Job, Tally } from "./client-job.ts";

/** The results of one arm in one round, with a certain number of clients. */
export interface Sample {
  clients: number;
  /** Calls per second of all clients together. */
  perSecond: number;
  /** The number of calls that the server answered, including the warm-up. */
  answered: number;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
  mean: number;
  max: number;
}

type Message = "ready" | Tally | { failure: string };

interface Client {
  worker: Worker;
  /** Returns the client's next message. Each client sends "ready" and later its tally. */
  next(): Promise<Message>;
}

function startClient(): Client {
  const worker = new Worker(new URL("./client-thread.ts", import.meta.url), { type: "module" });
  const waiting: ((message: Message) => void)[] = [];
  const said: Message[] = [];
  worker.onmessage = ({ data }) => {
    const take = waiting.shift();
    if (take) take(data);
    else said.push(data);
  };
  return {
    worker,
    next: () => {
      const message = said.shift();
      return message === undefined
        ? new Promise((done) => waiting.push(done))
        : Promise.resolve(message);
    },
  };
}

/**
 * Idle threads. The next arm reuses them, because starting a thread takes longer than a round of an
 * arm.
 */
const idle: Client[] = [];

/**
 * Runs the clients without checking that their calls succeed. If the server dies, the `failure` in
 * a client's tally says so.
 */
export async function runClients(
  job: Omit<Job, "gate" | "seed">,
  clients: number,
  seed: number,
  onStart: () => void = () => {},
): Promise<Tally[]> {
  const gate = new SharedArrayBuffer(4);
  const fleet = Array.from({ length: clients }, () => idle.pop() ?? startClient());
  fleet.forEach(({ worker }, index) =>
    worker.postMessage({ ...job, gate, seed: seed + index } satisfies Job)
  );
  const ready = await Promise.all(fleet.map((client) => client.next()));
  const failed = ready.find((message) => message !== "ready");
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  onStart();
  if (failed) throw new Error(`A client could not start: ${(failed as Tally).failure}`);
  const tallies = await Promise.all(fleet.map((client) => client.next())) as Tally[];
  idle.push(...fleet);
  return tallies;
}

/** Runs the clients of an arm. Every call must succeed. */
export async function measure(
  job: Omit<Job, "gate" | "seed">,
  clients: number,
  seed: number,
): Promise<Sample> {
  const tallies = await runClients(job, clients, seed);
  const failure = tallies.find((tally) => tally.failure !== undefined)?.failure;
  if (failure !== undefined) throw new Error(`A call failed: ${failure}`);
  return sampleOf(tallies);
}

/** Adds up the clients' results. */
export function sampleOf(tallies: Tally[]): Sample {
  const latencies = tallies.flatMap((tally) => [...tally.latencies]).sort((a, b) => a - b);
  return {
    clients: tallies.length,
    perSecond: tallies.reduce((sum, { calls, elapsed }) => sum + calls / elapsed, 0),
    answered: tallies.reduce((sum, { calls, warmUps }) => sum + calls + warmUps, 0),
    p50: percentile(latencies, 50),
    p95: percentile(latencies, 95),
    p99: percentile(latencies, 99),
    mean: latencies.reduce((sum, each) => sum + each, 0) / latencies.length,
    max: latencies.at(-1) ?? 0,
  };
}

/** Ends the idle threads. */
export function dismissClients(): void {
  for (const { worker } of idle.splice(0)) worker.terminate();
}

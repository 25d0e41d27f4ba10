/** The messages between the main thread and the clients' threads. */
import type { Parameter } from "./statement-parameters.ts";
import type { Spread } from "./keys-and-accounts.ts";

export interface PostgresTarget {
  kind: "postgres";
  /** The directory of libpq. */
  lib: string;
  url: string;
  statement: string;
  parameters: Parameter[];
  spread: Spread;
  accounts?: number;
}

/** A queue of jobs, taken one by one until the queue is empty. */
export interface QueueTarget {
  kind: "queue";
  lib: string;
  url: string;
  /** Claims a job; returns the parameters of `complete`, or no row when the queue is empty. */
  claim: string;
  complete: string;
  /** The number of these columns and parameters. */
  width: number;
}

export interface HttpTarget {
  kind: "http";
  port: number;
  path: string;
  headers: Record<string, string>;
}

/** Requests that are sent once each, by the client that takes them first. */
export interface StormTarget {
  kind: "storm";
  port: number;
  /** All requests as bytes, one after the other. */
  requests: SharedArrayBuffer;
  /** The end of each request, 32 bits each. */
  ends: SharedArrayBuffer;
  /** The number of taken requests, in 32 bits. */
  taken: SharedArrayBuffer;
}

export interface Job {
  target: PostgresTarget | QueueTarget | HttpTarget | StormTarget;
  seconds: number;
  seed: number;
  /**
   * The number of this client's calls that are due per second. Without it, each call follows the
   * previous one at once.
   */
  perSecond?: number;
  /** The number of uncounted calls before the gate; by default enough to warm up. */
  warmUps?: number;
  /** Opens when every client is ready. */
  gate: SharedArrayBuffer;
}

/** The results of one client. */
export interface Tally {
  calls: number;
  warmUps: number;
  /** Seconds. */
  elapsed: number;
  /** Milliseconds per call, from the moment at which it was due. */
  latencies: Float64Array;
  /** Why the client stopped early. */
  failure?: string;
}

/** The messages between the main thread and the threads of the clients. */
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

/** A queue of jobs that the clients complete one by one until the queue is empty. */
export interface QueueTarget {
  kind: "queue";
  lib: string;
  url: string;
  /**
   * The statement that claims a job. It returns the parameters of `complete`, or no row if the
   * queue is empty.
   */
  claim: string;
  complete: string;
  /** The number of columns that `claim` returns, and of parameters that `complete` takes. */
  width: number;
}

export interface HttpTarget {
  kind: "http";
  port: number;
  path: string;
  headers: Record<string, string>;
}

/**
 * Requests that all clients share. Each request is sent once, by the first client that takes it.
 */
export interface StormTarget {
  kind: "storm";
  port: number;
  /** The bytes of all requests, one request after the other. */
  requests: SharedArrayBuffer;
  /** The position at which each request ends, as 32-bit numbers. */
  ends: SharedArrayBuffer;
  /** The number of requests that clients have taken, as a 32-bit number. */
  taken: SharedArrayBuffer;
}

export interface Job {
  target: PostgresTarget | QueueTarget | HttpTarget | StormTarget;
  seconds: number;
  seed: number;
  /**
   * The number of calls of this client that are due per second. If undefined, each call follows the
   * previous one immediately.
   */
  perSecond?: number;
  /**
   * The number of uncounted calls before the measurement. The default is enough to fill the
   * server's caches.
   */
  warmUps?: number;
  /**
   * A shared number on which the clients wait; the main thread changes it when every client is
   * ready.
   */
  gate: SharedArrayBuffer;
}

/** The results of one client. */
export interface Tally {
  calls: number;
  warmUps: number;
  /** Seconds. */
  elapsed: number;
  /** The milliseconds of each call, measured from the moment when the call was due. */
  latencies: Float64Array;
  /** Why the client stopped early. */
  failure?: string;
}

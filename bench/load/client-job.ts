/** What the main thread and the clients' threads say to each other. */
import type { Parameter } from "./statement-parameters.ts";
import type { Spread } from "./keys-and-accounts.ts";

export interface PostgresTarget {
  kind: "postgres";
  /** Where libpq is. */
  lib: string;
  url: string;
  statement: string;
  parameters: Parameter[];
  spread: Spread;
  accounts?: number;
}

/** A queue of jobs, taken one by one until it is empty. */
export interface QueueTarget {
  kind: "queue";
  lib: string;
  url: string;
  /** Takes a job; gives what `complete` needs, or no row when none is left. */
  claim: string;
  complete: string;
  /** How many columns and parameters these are. */
  width: number;
}

export interface HttpTarget {
  kind: "http";
  port: number;
  path: string;
  headers: Record<string, string>;
}

/** Requests of which each is sent once, by whichever client comes to it. */
export interface StormTarget {
  kind: "storm";
  port: number;
  /** All of them as they go over the wire, one behind the other. */
  requests: SharedArrayBuffer;
  /** Where each ends, 32 bits each. */
  ends: SharedArrayBuffer;
  /** How many were taken, in 32 bits. */
  taken: SharedArrayBuffer;
}

export interface Job {
  target: PostgresTarget | QueueTarget | HttpTarget | StormTarget;
  seconds: number;
  seed: number;
  /** Calls per second of this client, come what may; as fast as it can without. */
  perSecond?: number;
  /** Calls that are not counted, before the gate; enough to warm up without. */
  warmUps?: number;
  /** Opens when every client is ready. */
  gate: SharedArrayBuffer;
}

/** What one client did. */
export interface Tally {
  calls: number;
  warmUps: number;
  /** Seconds. */
  elapsed: number;
  /** Milliseconds per call, from the moment it was due. */
  latencies: Float64Array;
  /** Why it stopped early. */
  failure?: string;
}

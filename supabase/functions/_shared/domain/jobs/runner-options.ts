/** The limits of one run of the job runner: its lease, its concurrency and its time. */
import { HEARTBEAT_MS, LEASE_SECONDS } from "./lease.ts";

export interface RunnerOptions {
  readonly runnerId: string;
  /** The length of a job's lease in seconds, counted from the last heartbeat. */
  readonly leaseSeconds: number;
  readonly heartbeatMs: number;
  /** The number of jobs in parallel at the start; small jobs raise the number. */
  readonly concurrency: number;
  /** Milliseconds after which no job is claimed and no step begins. */
  readonly wallMs: number;
  /** Milliseconds after which steps in progress are aborted. */
  readonly hardMs: number;
  /** Milliseconds of declared CPU after which no job is claimed and no step begins. */
  readonly cpuMs: number;
  /** The total time in milliseconds for which an idle run may wait for jobs that are due soon. */
  readonly lingerMs: number;
}

// The platform ends a request after 150 s and an isolate after 2 s of CPU. Half of the CPU is
// reserved for work that no step declares, such as the event loop and the parsing of responses. If
// the isolate has already used most of its CPU when a run begins, the isolate ends early, and the
// run ends with it.
export const DEFAULT_OPTIONS: Omit<RunnerOptions, "runnerId"> = {
  leaseSeconds: LEASE_SECONDS,
  heartbeatMs: HEARTBEAT_MS,
  concurrency: 16,
  wallMs: 100_000,
  hardMs: 140_000,
  cpuMs: 1_000,
  lingerMs: 20_000,
};

/** The CPU time in milliseconds for claiming and ending one job, with the job's share of the heartbeats. */
export const JOB_CPU_MS = 1;

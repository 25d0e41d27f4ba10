/** The limits of one run of the job runner: its lease, its concurrency and its time. */

export interface RunnerOptions {
  readonly runnerId: string;
  /** Seconds for which a job belongs to the runner after the last heartbeat. */
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
  /** Milliseconds that an idle run may wait in all for jobs that are due soon. */
  readonly lingerMs: number;
}

export const LEASE_SECONDS = 60;

// The platform ends a request after 150 s and an isolate after 2 s of CPU. Half of the CPU is left
// for undeclared work: the event loop and the parsing of answers. If the isolate has used most of
// its CPU when a run begins, its lifetime ends the run earlier.
export const DEFAULT_OPTIONS: Omit<RunnerOptions, "runnerId"> = {
  leaseSeconds: LEASE_SECONDS,
  heartbeatMs: LEASE_SECONDS * 1000 / 3,
  concurrency: 16,
  wallMs: 100_000,
  hardMs: 140_000,
  cpuMs: 1_000,
  lingerMs: 20_000,
};

/** The CPU of claiming and ending one job and of its share of the heartbeats, in milliseconds. */
export const JOB_CPU_MS = 1;

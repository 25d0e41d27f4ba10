/** Limits the work of one run: its time budget, and the number of jobs that run in parallel. */
import type { Lifetime } from "../../core/isolate.ts";
import type { Clock } from "../../core/timers.ts";

/**
 * The time during which a run may begin new work. Three limits apply: the wall clock, the CPU time
 * that steps declare, and the end of the isolate. The isolate may be older than the run, so the
 * isolate may end before the run's own limits.
 */
export class RunBudget {
  readonly #endMs: number;
  #cpuLeftMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly lifetime: Lifetime,
    { wallMs, cpuMs }: { wallMs: number; cpuMs: number },
  ) {
    this.#endMs = clock.nowMs() + wallMs;
    this.#cpuLeftMs = cpuMs;
  }

  /** Milliseconds of wall clock that are left; zero or less if the budget is used up. */
  get leftMs(): number {
    const hasTime = this.#cpuLeftMs > 0 && !this.lifetime.leaving.aborted;
    return hasTime ? this.#endMs - this.clock.nowMs() : 0;
  }

  get isOver(): boolean {
    return this.leftMs <= 0;
  }

  spend(cpuMs: number): void {
    this.#cpuLeftMs -= cpuMs;
  }
}

/** The bounds of AdaptiveConcurrency. */
export interface ConcurrencyLimits {
  readonly least: number;
  readonly most: number;
  /** The longest duration of a small job, in milliseconds. */
  readonly smallMs: number;
}

/** Small jobs need little memory, so up to 64 run in parallel: four times the initial number. */
export const SMALL_JOBS = { most: 64, smallMs: 100 };

/**
 * The number of jobs that a run works on in parallel. The number starts at `least`, because a job
 * may be large. Each small job that finishes adds one, so that many small jobs share the cost of a
 * database call. A longer job resets the number to `least`.
 */
export class AdaptiveConcurrency {
  #size: number;

  constructor(private readonly limits: ConcurrencyLimits) {
    this.#size = limits.least;
  }

  get size(): number {
    return this.#size;
  }

  /** Records a finished job's duration. */
  finished(tookMs: number): void {
    const { least, most, smallMs } = this.limits;
    this.#size = tookMs <= smallMs ? Math.min(this.#size + 1, most) : least;
  }
}

/** How much work a run takes on: until when, and how many jobs at a time. */
import type { Lifetime } from "../../core/isolate.ts";
import type { Clock } from "../../core/time.ts";

/**
 * How long a run may take on new work: by the wall clock, by the known CPU of its steps, and by the isolate,
 * which may be older than the run.
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

  /** Milliseconds of the wall clock; zero or less when the budget is used up. */
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
  /** A job that took no longer was small. */
  readonly smallMs: number;
}

/**
 * How many jobs a run has at a time. It begins with few, for a job may be large. Each short job adds one, so
 * that many small jobs share the cost of a call. The first longer job brings it back to few.
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

/**
 * How much longer a run may take on new work: by the wall clock, by the CPU that steps are known to take, and
 * by the isolate, which may be older than the run.
 */
import type { Lifetime } from "../../core/isolate.ts";
import type { Clock } from "../../core/time.ts";

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

  /** Milliseconds of the wall clock; below zero when it is over. */
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

/**
 * How many jobs a run has at a time. It begins with few, for a job may be large; one more for each that was
 * over at once, so that many small ones share the cost of a call; and few again as soon as one takes longer.
 */
export interface ConcurrencyLimits {
  readonly least: number;
  readonly most: number;
  /** A job that took no longer was small. */
  readonly smallMs: number;
}

export class AdaptiveConcurrency {
  #size: number;

  constructor(private readonly limits: ConcurrencyLimits) {
    this.#size = limits.least;
  }

  get size(): number {
    return this.#size;
  }

  /** A job has left, and took so long. */
  finished(tookMs: number): void {
    const { least, most, smallMs } = this.limits;
    this.#size = tookMs <= smallMs ? Math.min(this.#size + 1, most) : least;
  }
}

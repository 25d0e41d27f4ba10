/**
 * How much longer a run may take on new work: by the wall clock, by the CPU that steps are known to take, and
 * by the isolate, which may be older than the run.
 */
import type { Lifetime } from "../../core/isolate.ts";
import type { Clock } from "./clock.ts";

export class Budget {
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

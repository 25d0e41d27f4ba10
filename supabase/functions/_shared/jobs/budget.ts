/**
 * How much longer a run may take on new work: by the wall clock, and by the CPU that steps are known to take.
 */
import type { Clock } from "./clock.ts";

export class Budget {
  readonly #endMs: number;
  #cpuLeftMs: number;

  constructor(private readonly clock: Clock, wallMs: number, cpuMs: number) {
    this.#endMs = clock.nowMs() + wallMs;
    this.#cpuLeftMs = cpuMs;
  }

  /** Milliseconds of the wall clock; below zero when it is over. */
  get leftMs(): number {
    return this.#cpuLeftMs > 0 ? this.#endMs - this.clock.nowMs() : 0;
  }

  get isOver(): boolean {
    return this.leftMs <= 0;
  }

  spend(cpuMs: number): void {
    this.#cpuLeftMs -= cpuMs;
  }
}

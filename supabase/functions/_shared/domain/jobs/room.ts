/**
 * How many jobs a run has at a time. It begins with few, for a job may be large; one more for each that was
 * over at once, so that many small ones share the cost of a call; and few again as soon as one takes longer.
 */
export interface RoomLimits {
  readonly least: number;
  readonly most: number;
  /** A job that took no longer was small. */
  readonly smallMs: number;
}

export class Room {
  #size: number;

  constructor(private readonly limits: RoomLimits) {
    this.#size = limits.least;
  }

  get size(): number {
    return this.#size;
  }

  /** A job has left, and took so long. */
  left(tookMs: number): void {
    const { least, most, smallMs } = this.limits;
    this.#size = tookMs <= smallMs ? Math.min(this.#size + 1, most) : least;
  }
}

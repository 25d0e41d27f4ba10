/** After the caller has left, lets the model continue for a limited time, and then aborts it. */

/** The timers that the middleware uses. Tests pass their own timers. */
export interface Timers {
  /** Calls `fire` after `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, fire: () => void): () => void;
}

export const systemTimers: Timers = {
  after(ms, fire) {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};

/** Rejects with the signal's reason when the signal aborts, even if the promise never settles. */
export async function unlessAborted<T>(
  promise: PromiseLike<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await promise;
  if (signal.aborted) {
    // The caller never gets this promise. If it rejected without a handler, a Node process would
    // end.
    Promise.resolve(promise).catch(() => {});
    throw signal.reason;
  }
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => abort = () => reject(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Watches one caller, who may leave by aborting the signal or by cancelling the stream. */
export class Leaving {
  readonly #stop = new AbortController();
  readonly #limitMs: number;
  readonly #timers: Timers;
  #cancels: (() => void)[] = [];
  #hasLeft = false;

  /** @param limitMs the time that the model's work may continue after the caller has left */
  constructor(limitMs: number, timers: Timers) {
    this.#limitMs = limitMs;
    this.#timers = timers;
  }

  /** The signal that aborts the model's work. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether the model's work was aborted before it was finished. */
  get wasStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Whether the work exceeded its time limit. The bill of the model provider is then unknown. */
  get wasTooSlow(): boolean {
    return this.wasStopped && this.#limitMs > 0;
  }

  readonly leave = (reason: unknown): void => {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    const stop = () => this.#stop.abort(reason);
    if (this.#limitMs === 0) stop();
    else this.#cancels.push(this.#timers.after(this.#limitMs, stop));
  };

  /** Watches the caller's signal until the work has ended. */
  watch(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const left = () => this.leave(signal.reason);
    if (signal.aborted) return left();
    signal.addEventListener("abort", left, { once: true });
    this.#cancels.push(() => signal.removeEventListener("abort", left));
  }

  /** Stops watching, because the work has ended. */
  end(): void {
    this.#hasLeft = true;
    for (const cancel of this.#cancels) cancel();
  }
}

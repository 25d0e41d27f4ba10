/**
 * The isolate that serves: what keeps it, and the platform's warning that it is about to be killed. The
 * hosted runtime warns by a `beforeunload` event at nine tenths of a limit:
 * docs/decisions/hosted-platform.md.
 */
import { ApiError } from "./errors.ts";

/** Only the hosted runtime ends an isolate; elsewhere a process goes on until its work is done. */
export const isHosted = "EdgeRuntime" in globalThis;

interface EdgeRuntime {
  waitUntil(work: Promise<unknown>): void;
}

/** Keeps the isolate for work that goes on when its request is answered. */
export function waitUntil(work: Promise<unknown>): void {
  const { EdgeRuntime } = globalThis as { EdgeRuntime?: EdgeRuntime };
  EdgeRuntime?.waitUntil(work);
}

export interface Lifetime {
  /** Aborted when nothing new may begin: the isolate is about to be killed. */
  readonly leaving: AbortSignal;
  /** Aborted when what is under way has to be broken off and written down. Its reason is an ApiError. */
  readonly ending: AbortSignal;
}

// A warning by the wall clock comes 15 s before the end on the Free plan, 40 s on a paid one: what is nearly
// done may finish, and 10 s are left to write down the rest.
const GRACE_MS = 5_000;

function endOfIsolate(): ApiError {
  const internal = "the isolate is about to be killed";
  return new ApiError("upstream_unavailable", { internal, retryAfterSeconds: 1 });
}

/** @param after calls once when the milliseconds have passed */
export function watchLifetime(
  runtime: EventTarget,
  after: (ms: number, call: () => void) => void,
): Lifetime {
  const leaving = new AbortController();
  const ending = new AbortController();
  const end = () => ending.abort(endOfIsolate());
  runtime.addEventListener("beforeunload", (event) => {
    const reason = (event as CustomEvent<{ reason?: string } | null>).detail?.reason;
    // Retired and idle: there is nothing to break off.
    if (reason === "early_drop") return;
    leaving.abort();
    // Processor time and memory may be gone with the next answer.
    if (reason === "wall_clock") after(GRACE_MS, end);
    else end();
  });
  return { leaving: leaving.signal, ending: ending.signal };
}

/** Whether a run that ends at a time, in milliseconds since 1970, may begin another batch. */
export function hasTime(
  { now, lifetime }: { now: () => Date; lifetime: Lifetime },
  untilMs: number,
): boolean {
  return !lifetime.leaving.aborted && now().getTime() < untilMs;
}

/** A lifetime without an end, as outside the hosted runtime. */
export const NO_END: Lifetime = {
  leaving: new AbortController().signal,
  ending: new AbortController().signal,
};

/** Of this isolate. */
export const lifetime: Lifetime = isHosted
  ? watchLifetime(globalThis, (ms, call) => void setTimeout(call, ms))
  : NO_END;

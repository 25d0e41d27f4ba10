/**
 * The isolate that serves: how work keeps it alive, and the platform's warning before it kills it. The hosted
 * runtime warns by a `beforeunload` event at nine tenths of a limit: docs/decisions/hosted-platform.md.
 */
import { ApiError } from "./errors.ts";

/** Only the hosted runtime ends an isolate; elsewhere a process runs until its work is done. */
export const isHosted = "EdgeRuntime" in globalThis;

interface EdgeRuntime {
  waitUntil(work: Promise<unknown>): void;
}

/** Keeps the isolate alive for work that continues after the answer. */
export function waitUntil(work: Promise<unknown>): void {
  const { EdgeRuntime } = globalThis as { EdgeRuntime?: EdgeRuntime };
  EdgeRuntime?.waitUntil(work);
}

export interface Lifetime {
  /** Aborted when nothing new may begin: the isolate is about to be killed. */
  readonly leaving: AbortSignal;
  /** Aborted when work in progress must stop and be recorded. Its reason is an ApiError. */
  readonly ending: AbortSignal;
}

// The wall-clock warning comes 15 s before the end on the Free plan, 40 s on a paid one. Work that is nearly
// done may finish, and 10 s are left to record the rest.
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
    // The isolate is retired while idle: there is no work to abort.
    if (reason === "early_drop") return;
    leaving.abort();
    // The next answer may already exceed the processor time or the memory.
    if (reason === "wall_clock") after(GRACE_MS, end);
    else end();
  });
  return { leaving: leaving.signal, ending: ending.signal };
}

/** Whether a run that ends at `untilMs` (milliseconds since 1970) may begin another batch. */
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

/** The lifetime of this isolate. */
export const lifetime: Lifetime = isHosted
  ? watchLifetime(globalThis, (ms, call) => void setTimeout(call, ms))
  : NO_END;

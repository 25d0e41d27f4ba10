/**
 * The isolate that serves requests: how work keeps the isolate alive, and how the platform announces that it
 * will end the isolate. The hosted runtime sends a `beforeunload` event when nine tenths of a limit are used
 * (docs/decisions/hosted-platform.md).
 */
import { ApiError } from "./errors.ts";

/**
 * True on the hosted platform, which ends isolates; any other process runs until its work is done.
 */
export const isHosted = "EdgeRuntime" in globalThis;

interface EdgeRuntime {
  waitUntil(work: Promise<unknown>): void;
}

/**
 * Keeps the isolate alive for work that continues after the response. Does nothing outside the
 * hosted runtime.
 */
export function waitUntil(work: Promise<unknown>): void {
  const { EdgeRuntime } = globalThis as { EdgeRuntime?: EdgeRuntime };
  EdgeRuntime?.waitUntil(work);
}

export interface Lifetime {
  /** Aborted when no new work may begin: the platform is about to end the isolate. */
  readonly leaving: AbortSignal;
  /**
   * Aborted when work in progress must stop and be recorded. The reason of the abort is an
   * ApiError.
   */
  readonly ending: AbortSignal;
}

// The platform warns of the wall-clock limit 15 s before it ends the isolate on the Free plan, and
// 40 s before on a paid plan. Work may go on for 5 s after the warning. Then at least 10 s are left
// to record unfinished work.
const GRACE_MS = 5_000;

function endOfIsolate(): ApiError {
  const internal = "the isolate is about to be killed";
  return new ApiError("upstream_unavailable", { internal, retryAfterSeconds: 1 });
}

/**
 * Watches `runtime` for the platform's warning.
 * @param after runs `call` after `ms` milliseconds
 */
export function watchLifetime(
  runtime: EventTarget,
  after: (ms: number, call: () => void) => void,
): Lifetime {
  const leaving = new AbortController();
  const ending = new AbortController();
  const end = () => ending.abort(endOfIsolate());
  runtime.addEventListener("beforeunload", (event) => {
    const reason = (event as CustomEvent<{ reason?: string } | null>).detail?.reason;
    // This reason means that the isolate is idle, so there is no work to abort.
    if (reason === "early_drop") return;
    leaving.abort();
    // Only the warning of the wall-clock limit leaves time to finish the current work. At the
    // warning of any other limit, the work ends at once, because its next step may already exceed
    // the limit of processor time or of memory.
    if (reason === "wall_clock") after(GRACE_MS, end);
    else end();
  });
  return { leaving: leaving.signal, ending: ending.signal };
}

/**
 * Returns true if a run that must end at `untilMs` (milliseconds since 1970) may begin another
 * batch.
 */
export function hasTime(
  { now, lifetime }: { now: () => Date; lifetime: Lifetime },
  untilMs: number,
): boolean {
  return !lifetime.leaving.aborted && now().getTime() < untilMs;
}

/** A lifetime without an end, for tests and for processes outside the hosted runtime. */
export const NO_END: Lifetime = {
  leaving: new AbortController().signal,
  ending: new AbortController().signal,
};

/** The lifetime of this isolate. */
export const lifetime: Lifetime = isHosted
  ? watchLifetime(globalThis, (ms, call) => void setTimeout(call, ms))
  : NO_END;

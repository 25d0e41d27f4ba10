/** How the calls of one user are metered. */
import type { ModelName } from "@farthing/client/server";
import type { MeteredCall, Settlement } from "../core/call.ts";
import type { Metering } from "../core/metering.ts";
import { countBytes, type CountTokens } from "./count.ts";
import { Leaving, type Timers } from "./leaving.ts";
import { promptTokens } from "./prompt.ts";
import type { Model, Params } from "./types.ts";

export interface CreditsOptions {
  readonly userId: string;
  /** The reason that the user's history shows; `model call` by default. */
  readonly reason?: string;
  /** Stored with the charge. The usage report groups by its `feature`. */
  readonly metadata?: Record<string, unknown>;
  /** The name of the model's rate; the model's own id by default. */
  readonly model?: ModelName;
  /**
   * The limit of an answer if the call sets no `maxOutputTokens`; 4,096 by default. The limit is
   * sent to the model, and its price is held.
   */
  readonly maxOutputTokens?: number;
  /** Counts the tokens of a text; by default one for every three bytes. */
  readonly countTokens?: CountTokens;
  /**
   * When the caller of a stream leaves: `finish`, the default, reads the answer to its end and
   * charges the provider's usage, or the most if nothing arrives in time; `stop` aborts the model
   * and charges what was counted until then. An answer that is not streamed is always finished,
   * because no part of it arrives early and could be counted. A metering that observes ignores this
   * option: the model stops when the caller leaves.
   */
  readonly onAbort?: "finish" | "stop";
  /**
   * The time to finish an answer whose caller has left, in milliseconds; two minutes by default.
   */
  readonly finishTimeoutMs?: number;
  /**
   * Receives the work that may go on after the response, such as `EdgeRuntime.waitUntil` or Next's
   * `after`. Needed on a platform that ends the process when the response has been sent.
   */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

export interface Begun {
  readonly call: MeteredCall;
  readonly params: Params;
  readonly inputTokens: number;
  readonly count: CountTokens;
  readonly leaving: Leaving;
  /** Whether the call is charged. Its answer then waits for the settlement. */
  readonly isCharged: boolean;
}

const FINISH_TIMEOUT_MS = 120_000;
const MAX_OUTPUT_TOKENS = 4_096;

/** Counts the prompt in the mode `observe`, which must not break a call. A failed count is NaN. */
function countSafely(params: Params, count: CountTokens): number {
  try {
    return promptTokens(params, count);
  } catch {
    return NaN; // The provider's usage may still be complete. Otherwise the price is unknown.
  }
}

/** Holds the credits of a call. If the caller aborts meanwhile, the model is not asked. */
export async function begin(
  metering: Metering,
  options: CreditsOptions,
  timers: Timers,
  { params, model }: { params: Params; model: Model },
  limitMs: number,
): Promise<Begun> {
  const { userId, reason, metadata, countTokens: count = countBytes } = options;
  const isCharged = metering.mode === "charge";
  params.abortSignal?.throwIfAborted();
  const inputTokens = isCharged ? promptTokens(params, count) : countSafely(params, count);
  const maxOutputTokens = params.maxOutputTokens ?? options.maxOutputTokens ?? MAX_OUTPUT_TOKENS;
  const call = await metering.begin({
    ...{ userId, reason, metadata, inputTokens, maxOutputTokens },
    model: options.model ?? model.modelId,
  });
  if (params.abortSignal?.aborted) {
    await call.release();
    throw params.abortSignal.reason;
  }
  // A metering that observes must not change what the app does, so the model stops as soon as the
  // caller leaves.
  const leaving = new Leaving(isCharged ? limitMs : 0, timers);
  leaving.watch(params.abortSignal);
  const changed = { ...params, ...isCharged && { maxOutputTokens }, abortSignal: leaving.signal };
  return { call, params: changed, inputTokens, count, leaving, isCharged };
}

export const finishLimit = ({ finishTimeoutMs = FINISH_TIMEOUT_MS }: CreditsOptions) =>
  finishTimeoutMs;

type Metadata = Record<string, Record<string, string | boolean | null>>;

/** Returns the metadata that the app finds with the answer, as `providerMetadata.farthing`. */
export function metadataOf(settlement: Settlement): Metadata {
  const { status } = settlement;
  if (status !== "settled") return { farthing: { status } };
  const { credits, balanceAfter, isCapped } = settlement;
  return { farthing: { status, credits, balanceAfter, isCapped } };
}

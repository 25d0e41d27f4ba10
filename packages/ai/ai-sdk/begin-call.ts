/** Begins a metered call of a model: holds its credits, and limits its answer. */
import type { MeteredCall } from "../core/call.ts";
import type { Metering } from "../core/metering.ts";
import { Leaving, type Timers } from "./caller-left.ts";
import type { CountTokens } from "./count-tokens.ts";
import { type CreditsOptions, outputLimit, rateName, tokenCounter } from "./credits-options.ts";
import { promptTokens } from "./prompt.ts";
import type { Model, Params } from "./types.ts";

export interface Begun {
  readonly call: MeteredCall;
  readonly params: Params;
  readonly inputTokens: number;
  readonly count: CountTokens;
  readonly leaving: Leaving;
  /**
   * Whether the call is charged. If so, its answer is returned only after the charge is settled.
   */
  readonly isCharged: boolean;
}

/**
 * Counts the prompt's tokens in the mode `observe`. Returns NaN if the count fails, because a
 * failed count must not break the call.
 */
function countSafely(params: Params, count: CountTokens): number {
  try {
    return promptTokens(params, count);
  } catch {
    return NaN; // The model provider may still report the tokens. If not, the price is unknown.
  }
}

/** Holds the credits of a call. If the caller aborts meanwhile, the model is not called. */
export async function begin(
  metering: Metering,
  options: CreditsOptions,
  timers: Timers,
  { params, model }: { params: Params; model: Model },
  limitMs: number,
): Promise<Begun> {
  const { userId, reason, metadata } = options;
  const count = tokenCounter(options);
  const isCharged = metering.mode === "charge";
  params.abortSignal?.throwIfAborted();
  const inputTokens = isCharged ? promptTokens(params, count) : countSafely(params, count);
  const maxOutputTokens = params.maxOutputTokens ?? outputLimit(options);
  const call = await metering.begin({
    ...{ userId, reason, metadata, inputTokens, maxOutputTokens },
    model: rateName(options, model.modelId),
  });
  if (params.abortSignal?.aborted) {
    await call.release();
    throw params.abortSignal.reason;
  }
  // Without metering, the model stops as soon as the caller leaves. The mode `observe` must not
  // change that, so it gives the model no extra time.
  const leaving = new Leaving(isCharged ? limitMs : 0, timers);
  leaving.watch(params.abortSignal);
  const changed = { ...params, ...isCharged && { maxOutputTokens }, abortSignal: leaving.signal };
  return { call, params: changed, inputTokens, count, leaving, isCharged };
}

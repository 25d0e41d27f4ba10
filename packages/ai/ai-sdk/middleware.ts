/** A middleware for the AI SDK. With it, a user's credits pay for the calls of a model. */
import type { Metering } from "../core/metering.ts";
import { begin } from "./begin-call.ts";
import { systemTimers, type Timers } from "./caller-left.ts";
import { type CreditsOptions, finishLimit } from "./credits-options.ts";
import { generate } from "./generate.ts";
import { stream } from "./stream.ts";
import type { Middleware } from "./types.ts";

/** @internal Makes the middleware with these timers, so that a test can pass its own. */
export function middlewareWith(
  metering: Metering,
  options: CreditsOptions,
  timers: Timers,
): Middleware {
  const { onAbort = "finish", waitUntil } = options;
  const limit = finishLimit(options);
  return {
    specificationVersion: "v4",
    async wrapGenerate({ params, model }) {
      const begun = await begin(metering, options, timers, { params, model }, limit);
      return await generate(begun, model, params.abortSignal, waitUntil);
    },
    async wrapStream({ params, model }) {
      const streamLimit = onAbort === "stop" ? 0 : limit;
      const begun = await begin(metering, options, timers, { params, model }, streamLimit);
      return await stream(begun, model, params.abortSignal, waitUntil);
    },
  };
}

/**
 * Makes the middleware for the calls of one user. Credits are held before the model is called.
 * Afterwards the usage that the model provider reports is charged. A call that can't be paid throws
 * a `FarthingError` with the code `insufficient_credits`, and the model is not called.
 *
 * ```ts
 * const middleware = creditsMiddleware(metering, { userId });
 * const model = wrapLanguageModel({ model: openai("gpt-4o"), middleware });
 * ```
 */
export function creditsMiddleware(
  metering: Metering,
  options: CreditsOptions,
): Middleware {
  return middlewareWith(metering, options, systemTimers);
}

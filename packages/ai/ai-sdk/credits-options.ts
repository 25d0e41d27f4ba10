/** The options for metering the calls of one user, and their defaults. */
import type { ModelName } from "@farthing/client/server";
import { countBytes, type CountTokens } from "./count-tokens.ts";

export interface CreditsOptions {
  readonly userId: string;
  /**
   * The reason for the charge, which the user's history of credits shows; `model call` by default.
   */
  readonly reason?: string;
  /** Stored with the charge. The usage report groups charges by `metadata.feature`. */
  readonly metadata?: Record<string, unknown>;
  /** The name of the rate that applies to the model; by default the model's own id. */
  readonly model?: ModelName;
  /**
   * The maximum number of tokens in an answer if the call sets no `maxOutputTokens`; 4,096 by
   * default. The maximum is sent to the model, and the price of that many tokens is held.
   */
  readonly maxOutputTokens?: number;
  /** Counts the tokens of a text; by default one for every three bytes. */
  readonly countTokens?: CountTokens;
  /**
   * The action when the caller of a stream leaves. `finish`, the default, reads the answer to its
   * end. It charges the usage that the model provider reports, or the maximum cost if nothing
   * arrives in time. `stop` aborts the model, and charges the tokens that were counted until then.
   * An answer that is not streamed is always finished, because no part of it arrives early enough
   * to be counted. In the mode `observe` this option is ignored: the model stops when the caller
   * leaves.
   */
  readonly onAbort?: "finish" | "stop";
  /**
   * The time limit for finishing an answer after its caller has left, in milliseconds; two minutes
   * by default.
   */
  readonly finishTimeoutMs?: number;
  /**
   * A function of the hosting platform that keeps the process alive until a promise settles: for
   * example `EdgeRuntime.waitUntil`, or Next's `after`. It receives the work that may go on after
   * the response. It is needed if the platform ends the process when the response has been sent.
   */
  readonly waitUntil?: (work: Promise<unknown>) => void;
}

const MAX_OUTPUT_TOKENS = 4_096;
const FINISH_TIMEOUT_MS = 120_000;

export const rateName = ({ model }: CreditsOptions, modelId: string) => model ?? modelId;

export const outputLimit = ({ maxOutputTokens = MAX_OUTPUT_TOKENS }: CreditsOptions) =>
  maxOutputTokens;

export const tokenCounter = ({ countTokens = countBytes }: CreditsOptions) => countTokens;

export const finishLimit = ({ finishTimeoutMs = FINISH_TIMEOUT_MS }: CreditsOptions) =>
  finishTimeoutMs;

/** Turns the failures of a model's provider into this API's errors. */
import OpenAI from "openai";
import { PASSED_ON } from "../../contracts/openai.ts";
import { ApiError } from "../../core/errors.ts";
import { TimedOut } from "../../resilience/attempt.ts";
import { InvalidAnswer } from "./bounded-fetch.ts";

/** The model's provider did not answer in time. */
export class AnswerTimeout extends Error {}

function statusOf(error: unknown): number {
  return error instanceof OpenAI.APIError ? error.status ?? 0 : 0;
}

function isTimeout(error: unknown): boolean {
  return error instanceof AnswerTimeout || error instanceof TimedOut ||
    error instanceof OpenAI.APIConnectionTimeoutError ||
    statusOf(error) === 408;
}

function isUnreachable(error: unknown): boolean {
  return error instanceof OpenAI.APIConnectionError && !isTimeout(error);
}

/**
 * Returns true if the provider is down or does not answer. A refusal, such as 401 or 429, is not an
 * outage.
 */
export function isOutage(error: unknown): boolean {
  return isUnreachable(error) || isTimeout(error) || statusOf(error) >= 500;
}

/**
 * Returns true if another attempt may succeed and the failed attempt had no effect. A timeout is not retried,
 * because a retry would double a long wait.
 */
export function isTransient(error: unknown): boolean {
  return isUnreachable(error) || statusOf(error) === 429 || statusOf(error) >= 500;
}

/**
 * Returns the time in ms for which the provider asks its callers to wait. The provider's header
 * gives seconds or a date.
 */
export function retryAfterMs(error: unknown, nowMs: number): number | undefined {
  const header = error instanceof OpenAI.APIError
    ? new Headers(error.headers).get("retry-after")
    : null;
  if (header === null) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

// OpenAI's codes look like `context_length_exceeded`. A compatible provider may send a sentence
// instead.
const IDENTIFIER = /^[\w.-]{1,80}$/;

/**
 * Describes the failure by kind, status and ids only, because a provider's text may quote the
 * prompt.
 */
function describe(error: unknown): string {
  if (error instanceof OpenAI.APIError) {
    const parts = [error.name, error.status, error.code, error.type, error.requestID];
    return `ai: ${parts.filter((part) => IDENTIFIER.test(String(part ?? ""))).join(" ")}`;
  }
  if (error instanceof AnswerTimeout || error instanceof InvalidAnswer) {
    return `ai: ${error.message}`;
  }
  if (error instanceof TimedOut) return error.internal ?? "ai";
  return `ai: ${error instanceof Error ? error.name : typeof error}`;
}

function retryAfterSeconds(error: unknown): number | undefined {
  const ms = retryAfterMs(error, Date.now());
  return ms === undefined ? undefined : Math.ceil(ms / 1000);
}

/**
 * Returns the name of the field that the provider refused. Returns undefined if the provider names
 * no field, or names one that the caller cannot send.
 */
function refusedField(error: unknown): string | undefined {
  if (statusOf(error) !== 400 || !(error instanceof OpenAI.APIError)) return undefined;
  const name = error.param?.split(/[.[]/)[0];
  return name === "messages" ? name : PASSED_ON.find((each) => each === name);
}

const AGAINST_POLICY = "The provider's content policy refuses these messages. Change them.";

/** The codes with which a provider refuses a prompt, each with the error message for the caller. */
const REFUSED_MESSAGES: Readonly<Record<string, string>> = {
  context_length_exceeded: "The messages are too long for this model. Send fewer or shorter ones.",
  content_filter: AGAINST_POLICY,
  content_policy_violation: AGAINST_POLICY,
  invalid_prompt: AGAINST_POLICY,
};

/**
 * Makes the error for a prompt or a field that the provider refuses; returns null for any other
 * error.
 */
function refusalOf(error: unknown, options: { internal: string }): ApiError | null {
  const code = error instanceof OpenAI.APIError ? error.code ?? "" : "";
  const field = refusedField(error);
  if (Object.hasOwn(REFUSED_MESSAGES, code)) {
    const message = REFUSED_MESSAGES[code];
    return new ApiError("invalid_request", { ...options, message, field: "messages" });
  }
  if (field === undefined) return null;
  const message = field === "messages"
    ? "The model does not accept these messages. Check their order, their tool calls and their format."
    : `The model does not accept the value of ${field}. Change it, or leave ${field} out.`;
  return new ApiError("invalid_request", { ...options, message, field });
}

/**
 * Makes the error for the caller. The provider's own text reaches neither the caller nor the log.
 */
export function toApiError(error: unknown): ApiError {
  const options = { internal: describe(error), cause: undefined };
  if (isTimeout(error)) return new ApiError("request_timeout", options);
  if (error instanceof ApiError) return error;
  const code = error instanceof OpenAI.APIError ? error.code : undefined;
  if (code === "model_not_found") {
    const message = "The provider does not offer this model. Send another model.";
    return new ApiError("unknown_model", { ...options, message, field: "model" });
  }
  const refusal = refusalOf(error, options);
  if (refusal !== null) return refusal;
  return new ApiError("upstream_unavailable", {
    ...options,
    status: isUnreachable(error) ? 503 : 502,
    retryAfterSeconds: retryAfterSeconds(error),
  });
}

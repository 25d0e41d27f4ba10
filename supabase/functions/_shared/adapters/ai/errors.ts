/** A provider's failures as errors of the contract. */
import OpenAI from "openai";
import { ApiError } from "../../core/errors.ts";
import { TimedOut } from "../../resilience/attempt.ts";
import { InvalidAnswer } from "./bounded-fetch.ts";

/** The provider did not answer in time. */
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

/** The provider is down or hangs; it does not merely refuse one prompt. */
export function isOutage(error: unknown): boolean {
  return isUnreachable(error) || isTimeout(error) || statusOf(error) >= 500;
}

/**
 * Worth another attempt, since nothing was done. A timeout is not: a retry would double an already long wait.
 */
export function isTransient(error: unknown): boolean {
  return isUnreachable(error) || statusOf(error) === 429 || statusOf(error) >= 500;
}

/** How long the provider asks us to wait: seconds or a date. */
export function retryAfterMs(error: unknown, nowMs: number): number | undefined {
  const header = error instanceof OpenAI.APIError
    ? new Headers(error.headers).get("retry-after")
    : null;
  if (header === null) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

// OpenAI's codes look like `context_length_exceeded`; a compatible provider may put a sentence there.
const IDENTIFIER = /^[\w.-]{1,80}$/;

/** Kind, status and ids only: a provider's text may quote the prompt, so it is never repeated. */
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

/** The error for the caller. The provider's own text stays out of it, and out of the log. */
export function toApiError(error: unknown): ApiError {
  const options = { internal: describe(error), cause: undefined };
  if (isTimeout(error)) return new ApiError("request_timeout", options);
  if (error instanceof ApiError) return error;
  const code = error instanceof OpenAI.APIError ? error.code : undefined;
  if (code === "model_not_found") {
    const message = "The provider does not offer this model.";
    return new ApiError("unknown_model", { ...options, message, field: "model" });
  }
  if (code === "context_length_exceeded") {
    const message = "The messages are too long for this model.";
    return new ApiError("invalid_request", { ...options, message, field: "messages" });
  }
  return new ApiError("upstream_unavailable", {
    ...options,
    status: isUnreachable(error) ? 503 : 502,
    retryAfterSeconds: retryAfterSeconds(error),
  });
}

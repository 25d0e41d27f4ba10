/**
 * The shape of a route's JSON: this API's envelope, or the shape of OpenAI's API, which OpenAI's SDKs can
 * read.
 */
import { type ErrorBody, ERRORS, type ErrorType, isErrorCode } from "../../core/errors.ts";
import type { HeaderPairs } from "../../core/current-request.ts";
import type { Quota } from "../../limits/rate-limit-headers.ts";

export type JsonShape = "envelope" | "openai";

/** OpenAI's error type for each of this API's error types. */
const OPENAI_TYPES: Readonly<Record<ErrorType, string>> = {
  validation: "invalid_request_error",
  not_found: "invalid_request_error",
  conflict: "invalid_request_error",
  auth: "authentication_error",
  payment: "insufficient_quota",
  rate_limit: "rate_limit_error",
  timeout: "server_error",
  server: "server_error",
};

/**
 * The `error` object of OpenAI's API. `code` is this API's error code; `retryable` and `details` are
 * additions.
 */
export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
  readonly retryable: boolean;
  readonly details?: Record<string, unknown>;
}

/**
 * Maps a field of this API to the parameter of OpenAI's API with the same meaning. This is a Map,
 * not an object, because a caller chooses the name of an unknown field, such as `constructor`.
 */
const OPENAI_PARAMETERS: ReadonlyMap<string, string> = new Map([["user_id", "user"]]);

export function openAiError({ code, message, field, retryable, details }: ErrorBody): OpenAiError {
  return {
    message,
    type: OPENAI_TYPES[isErrorCode(code) ? ERRORS[code].type : "server"],
    param: field === undefined ? null : OPENAI_PARAMETERS.get(field) ?? field,
    code,
    retryable,
    ...(details !== undefined && { details }),
  };
}

/** Returns OpenAI's headers of a rate limit, which some clients read instead of `RateLimit`. */
export function openAiLimitHeaders({ quota, remaining, resetSeconds }: Quota): HeaderPairs {
  return [
    ["x-ratelimit-limit-requests", `${quota}`],
    ["x-ratelimit-remaining-requests", `${remaining}`],
    ["x-ratelimit-reset-requests", `${resetSeconds}s`],
  ];
}

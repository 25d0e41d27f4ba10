/** Names the reason why a Redis call failed, for the metrics and the log. */
import { errors } from "@upstash/redis";
import { TimedOut } from "../../resilience/attempt.ts";
import { BreakerOpen } from "../../resilience/resilience-policy.ts";

/** The reason why Redis did not count a request, as the metrics name it. */
export type RedisFailure = "slow" | "down" | "denied" | "full" | "nonsense" | "open";

/**
 * The runtime's messages for a failed connection. Any other TypeError means that the response had
 * an unexpected shape.
 */
const NO_CONNECTION = /error sending request|fetch failed|connection|network/i;

export function redisFailureOf(error: unknown): RedisFailure {
  if (error instanceof BreakerOpen) return "open";
  if (error instanceof TimedOut) return "slow";
  if (error instanceof DOMException) return error.name === "TimeoutError" ? "slow" : "down";
  if (error instanceof errors.UpstashJSONParseError) return "nonsense";
  const message = error instanceof Error ? error.message : "";
  if (error instanceof TypeError) return NO_CONNECTION.test(message) ? "down" : "nonsense";
  if (!(error instanceof errors.UpstashError)) return "nonsense";
  if (/WRONGPASS|NOAUTH|NOPERM|unauthorized/i.test(message)) return "denied";
  return /\bOOM\b|max (daily|request)/i.test(message) ? "full" : "down";
}

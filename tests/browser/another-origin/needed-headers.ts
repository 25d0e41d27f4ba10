/**
 * The headers that the preflights of the journey ask to send. Each header is listed with a step
 * that fails if the header is not allowed.
 */
import type { AskedHeader } from "./sent-preflights.ts";

export interface NeededHeader extends AskedHeader {
  /** The name of the button that starts the step. */
  readonly step: string;
}

const each = (part: AskedHeader["part"], step: string, headers: string[]): NeededHeader[] =>
  headers.map((header) => ({ part, header, step }));

const OF_EVERY_CALL = ["apikey", "authorization", "x-client-info"];

export const NEEDED: readonly NeededHeader[] = [
  ...each("auth", "Sign up", [...OF_EVERY_CALL, "content-type", "x-supabase-api-version"]),
  ...each("functions", "See balance", OF_EVERY_CALL),
  ...each("functions", "Top up by itself", ["content-type", "idempotency-key"]),
  ...each("functions", "Research", ["if-none-match"]),
  ...each("rest", "Keep my prompts", [
    ...OF_EVERY_CALL,
    ...["content-type", "content-profile", "prefer"],
  ]),
];

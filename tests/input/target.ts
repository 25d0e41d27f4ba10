/** A route that takes a body, as the tests of bad input know it. */
import type { Caller } from "../support/project/http.ts";

/** What a field holds; `text:n` is text of 1 to n characters. */
export type Kind =
  | "uuid"
  | "amount"
  | "zero-amount"
  | "tokens"
  | "time"
  | "choice"
  | "number"
  | "object"
  | "url"
  | `text:${number}`;

export interface Target {
  name: string;
  path: string;
  /** Who asks next: people take turns, or their limit would refuse before their input does. */
  caller: Asks;
  good: Record<string, unknown>;
  /** By path in the body, such as `usage.model`. */
  fields: Record<string, Kind>;
  limit: number;
  /** Asked twice it does the same, so it takes no Idempotency-Key. */
  keyless?: true;
}

/** Who asks next. */
export type Asks = () => Promise<Caller>;

export const KIB = 1024;

/** Fields of an object within a body, by their paths. */
export function beneath(prefix: string, fields: Record<string, Kind>): Record<string, Kind> {
  return Object.fromEntries(Object.entries(fields).map(([name, kind]) => [prefix + name, kind]));
}

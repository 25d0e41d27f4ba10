/** A route that takes a body, as the tests of invalid input describe it. */
import type { Caller } from "../support/project/http.ts";

/** The type of a field; `text:n` is text of 1 to n characters. */
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
  /**
   * Returns the next caller. People take turns, because the rate limit of one person would refuse
   * requests before their input is checked.
   */
  caller: Asks;
  good: Record<string, unknown>;
  /** The type of each field by its path in the body, such as `usage.model`. */
  fields: Record<string, Kind>;
  limit: number;
  /** True if the route takes no Idempotency-Key, because a repeat changes nothing. */
  keyless?: true;
}

/** Returns the next caller. */
export type Asks = () => Promise<Caller>;

export const KIB = 1024;

/** Adds `prefix` to the paths of an object's fields. */
export function beneath(prefix: string, fields: Record<string, Kind>): Record<string, Kind> {
  return Object.fromEntries(Object.entries(fields).map(([name, kind]) => [prefix + name, kind]));
}

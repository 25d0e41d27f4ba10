/** Describes a route that takes a body, for the tests of invalid input. */
import type { Caller } from "../support/project/http.ts";

/** The type of a field. `text:n` is text of 1 to n characters. */
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
   * Returns the next caller. Several people send requests in turn, because the rate limit of one person
   * would refuse requests before their input is checked.
   */
  caller: Asks;
  good: Record<string, unknown>;
  /** The type of each field by its path in the body, such as `usage.model`. */
  fields: Record<string, Kind>;
  limit: number;
  /** True if the route takes no Idempotency-Key, because repeating the request changes nothing. */
  keyless?: true;
}

/** Returns the next caller. */
export type Asks = () => Promise<Caller>;

export const KIB = 1024;

/** Returns the fields of an object inside the body, with `prefix` before their paths. */
export function beneath(prefix: string, fields: Record<string, Kind>): Record<string, Kind> {
  return Object.fromEntries(Object.entries(fields).map(([name, kind]) => [prefix + name, kind]));
}

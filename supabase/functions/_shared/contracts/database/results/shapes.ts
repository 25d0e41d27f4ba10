/** The types that several files of this folder use in their results. */
import type { z } from "@hono/zod-openapi";
import type { ErrorBody } from "../../../core/errors.ts";

export type Of<S extends z.ZodType> = z.output<S>;

/**
 * The response of an idempotent database function. With a status of 400 or more, `data` is the
 * stored `error` object.
 */
export interface Stored<T> {
  status: number;
  replayed: boolean;
  data: T | ErrorBody;
}

/** The next step of a repeated request: return the response that is already stored. */
export interface Replay<T> {
  step: "replay";
  status: number;
  data: T | ErrorBody;
}

/** The response that this call has stored under the request's idempotency key. */
export interface Finished<T> {
  status: number;
  data: T;
}

/** One page of a list. `next_before` is the cursor of the next page; null on the last page. */
export type Page<Name extends string, Row> = Record<Name, Row[]> & { next_before: string | null };

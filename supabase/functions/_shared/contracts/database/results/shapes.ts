/** The forms that results of several subjects have. */
import type { z } from "@hono/zod-openapi";
import type { ErrorBody } from "../../../core/errors.ts";

export type Of<S extends z.ZodType> = z.output<S>;

/** The answer of an idempotent function. From status 400 on, `data` is the stored `error` object. */
export interface Stored<T> {
  status: number;
  replayed: boolean;
  data: T | ErrorBody;
}

/** The step of an answer that is stored already. */
export interface Replay<T> {
  step: "replay";
  status: number;
  data: T | ErrorBody;
}

/** The answer that a call has stored under its request's key. */
export interface Finished<T> {
  status: number;
  data: T;
}

/** `next_before`: where the next page begins; null on the last one. */
export type Page<Name extends string, Row> = Record<Name, Row[]> & { next_before: string | null };

/** What a template is: the data it takes, and the letter it makes of them. */
import { z } from "@hono/zod-openapi";
import type { Letter } from "./letter.ts";

export interface Template<S extends z.ZodType = z.ZodType> {
  readonly schema: S;
  readonly write: (data: z.output<S>) => Letter;
}

export function defineTemplate<S extends z.ZodType>(schema: S, write: Template<S>["write"]) {
  return { schema, write } satisfies Template<S>;
}

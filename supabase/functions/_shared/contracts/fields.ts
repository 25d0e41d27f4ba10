/** Fields of many resources: ids and texts. */
import { z } from "@hono/zod-openapi";

/** PostgreSQL accepts any 128 bits as a uuid, so any version is accepted here too. */
export const Uuid = z.guid({
  error: ({ code }) =>
    code === "invalid_format"
      ? "Send a UUID, for example 6f1c2f0e-5d0a-4f53-9d0c-0d8f6a1b2c3d."
      : undefined,
}).toLowerCase().openapi({ format: "uuid" });

/** The user whose data a route reads or lists. core/whose-data.ts says who may name a user. */
export const NamedUser = Uuid.optional().openapi({
  description:
    "For operators and secret keys: the id of the user whose data is read. A secret key must " +
    "send it; an operator who leaves it out reads their own data.",
});

/** Text of 1 to `max` characters. People write these texts, so every character is allowed. */
export function text(max: number) {
  return z.string().min(1).max(max);
}

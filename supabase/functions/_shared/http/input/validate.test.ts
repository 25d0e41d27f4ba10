import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { validate } from "./validate.ts";

const LIMITS: [name: string, schema: z.ZodType, value: unknown, message: string][] = [
  ["no items", z.array(z.string()).min(1), [], "messages must have at least 1 item."],
  ["too many items", z.array(z.int()).max(2), [1, 2, 3], "messages must have at most 2 items."],
  ["a short text", z.string().min(3), "ab", "messages must have at least 3 characters."],
  ["a long text", z.string().max(1), "ab", "messages must have at most 1 character."],
  ["a small number", z.int().min(1), 0, "messages must be at least 1."],
  ["a large number", z.number().max(2.5), 3, "messages must be at most 2.5."],
  ["a number at an excluded limit", z.number().positive(), 0, "messages must be more than 0."],
  ["a message of the schema", z.string().min(1, "Name the buyer."), "", "Name the buyer."],
];

for (const [name, schema, value, message] of LIMITS) {
  Deno.test(`${name}: ${message}`, () => {
    assert.throws(
      () => validate(z.object({ messages: schema }), { messages: value }),
      (error: { body: { message: string; field: string } }) => {
        assert.deepEqual([error.body.message, error.body.field], [message, "messages"]);
        return true;
      },
    );
  });
}

import assert from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { defineRoute } from "./define-route.ts";
import { ok } from "../reply/reply.ts";

const base = { method: "get", path: "/", summary: "", limit: "none", idempotent: false } as const;
const responses = { 200: z.object({ name: z.string() }) };

Deno.test("a route without `who` does not compile", () => {
  const handler = () => Promise.resolve(ok({ name: "x" }));
  // @ts-expect-error: who may call is not optional
  assert.throws(() => defineRoute({ ...base, responses, handler }));
});

Deno.test("a route that no one may call does not compile", () => {
  const handler = () => Promise.resolve(ok({ name: "x" }));
  // @ts-expect-error: an empty list lets no one in
  assert(defineRoute({ ...base, who: [], responses, handler }));
});

Deno.test("a handler that answers another shape than it declares does not compile", () => {
  // @ts-expect-error: name is a string
  const handler: Parameters<typeof declare>[0] = () => Promise.resolve(ok({ name: 1 }));
  function declare(handler: () => Promise<ReturnType<typeof ok<{ name: string }>>>) {
    return defineRoute({ ...base, who: ["none"], responses, handler });
  }
  assert(declare(handler));
});

Deno.test("a handler sees only the callers that its route lets in", () => {
  const route = defineRoute({
    ...base,
    who: ["secret"],
    responses,
    handler: ({ caller, idempotency }) => {
      // @ts-expect-error: a caller with a secret key has no userId
      assert.equal(caller.userId, undefined);
      const none: null = idempotency;
      assert.equal(none, null);
      return Promise.resolve(ok({ name: caller.name }));
    },
  });
  assert.deepEqual(route.who, ["secret"]);
});

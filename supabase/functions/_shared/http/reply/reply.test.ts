import assert from "node:assert/strict";
import { ok, pageOfWhole, renderReply } from "./reply.ts";
import { ApiError } from "../../core/errors.ts";
import { startContext } from "../../core/start-request.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

function render(reply: Parameters<typeof renderReply>[0]): Headers {
  return renderReply(reply, startContext(new Headers()), NOW).headers;
}

Deno.test("a reply's own headers are sent beside the headers of every answer", () => {
  const headers = render({ ...ok({}), headers: { "retry-after": "2", location: "/jobs/1" } });
  assert.equal(headers.get("retry-after"), "2");
  assert.equal(headers.get("location"), "/jobs/1");
  assert.equal(headers.get("cache-control"), "no-store");
});

Deno.test("a reply without headers of its own has only the headers of every answer", () => {
  const headers = render(ok({}));
  assert.equal(headers.get("location"), null);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

Deno.test("a replayed reply has Idempotency-Replayed and its own headers", () => {
  const headers = render({ ...ok({}), replayed: true, headers: { location: "/jobs/1" } });
  assert.equal(headers.get("idempotency-replayed"), "true");
  assert.equal(headers.get("location"), "/jobs/1");
});

Deno.test("an answer forbids browsers to run scripts, frame, embed and guess the type", () => {
  const headers = render(ok({}));
  assert.equal(
    headers.get("content-security-policy"),
    "default-src 'none'; frame-ancestors 'none'",
  );
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
});

Deno.test("a list that the database returns whole is read in pages, each item once", () => {
  const all = ["a", "b", "c", "d", "e"];
  const read = (query: { limit?: number; cursor?: string }) => {
    const { data, nextCursor } = pageOfWhole(all, query, (item) => item);
    return [data.join(""), nextCursor];
  };
  assert.deepEqual(read({}), ["abcde", null]);
  assert.deepEqual(read({ limit: 2 }), ["ab", "b"]);
  assert.deepEqual(read({ limit: 2, cursor: "b" }), ["cd", "d"]);
  assert.deepEqual(read({ limit: 2, cursor: "d" }), ["e", null]);
  assert.deepEqual(read({ limit: 5 }), ["abcde", null]);
  assert.deepEqual(read({ cursor: "e" }), ["", null]);
  assert.throws(
    () => read({ cursor: "z" }),
    (error) => error instanceof ApiError && error.body.field === "cursor",
  );
});

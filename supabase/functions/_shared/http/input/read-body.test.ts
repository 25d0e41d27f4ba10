import assert from "node:assert/strict";
import { withFakeTime } from "#support/fakes/time.ts";
import { withinRequest } from "../../core/current-request.ts";
import { DEADLINE_MS, LONG_DEADLINE_MS } from "../../core/deadline.ts";
import { startContext } from "../../core/start-request.ts";
import { parseJson, readBytes } from "./read-body.ts";

const LIMIT_BYTES = 64;

/** Makes a request whose body starts and continues only when the test allows it. */
function slowRequest(headers: Record<string, string> = {}) {
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  const request = new Request("http://127.0.0.1/", { method: "POST", headers, body });
  return { request, send: (text: string) => controller.enqueue(new TextEncoder().encode(text)) };
}

for (const [name, headers] of [["has", { "content-length": "10" }], ["lacks", {}]] as const) {
  Deno.test(`a body that ${name} a length and never ends is 408 after 30 s`, async () => {
    await withFakeTime(async ({ advance }) => {
      const context = startContext(new Headers());
      context.deadlineMs = performance.now() + LONG_DEADLINE_MS;
      const { request, send } = slowRequest({ ...headers });
      let end = "none yet";
      withinRequest(context, () => readBytes(request, LIMIT_BYTES)).catch((error) =>
        end = error.code
      );
      send("{");
      await advance(DEADLINE_MS - 1);
      assert.equal(end, "none yet");
      await advance(1);
      assert.equal(end, "request_timeout");
    });
  });
}

Deno.test("a slow body that arrives in time is read", async () => {
  await withFakeTime(async ({ advance }) => {
    const { request, send } = slowRequest();
    const reading = readBytes(request, LIMIT_BYTES);
    send("{");
    await advance(DEADLINE_MS - 1);
    send("x".repeat(LIMIT_BYTES));
    await assert.rejects(reading, { code: "payload_too_large" });
  });
});

/** Makes a request with a body of `bytes` bytes, whose declared length is `length`. */
function declared(bytes: number, length: string): Request {
  const headers = { "content-length": length };
  return new Request("http://127.0.0.1/", { method: "POST", headers, body: "x".repeat(bytes) });
}

for (const length of ["2", String(LIMIT_BYTES), "nonsense", "-1 bytes", String(LIMIT_BYTES + 1)]) {
  Deno.test(`a body beyond the limit that declares a length of ${length} is refused`, async () => {
    await assert.rejects(readBytes(declared(LIMIT_BYTES + 1, length), LIMIT_BYTES), {
      code: "payload_too_large",
    });
  });
}

Deno.test("a Content-Length that is not a number is refused, even with a short body", async () => {
  const reading = readBytes(declared(2, "nonsense"), LIMIT_BYTES);
  await assert.rejects(reading, { code: "payload_too_large" });
  assert.equal(
    (await readBytes(declared(LIMIT_BYTES, String(LIMIT_BYTES)), LIMIT_BYTES)).length,
    64,
  );
});

Deno.test("JSON may be nested 32 levels deep, and no deeper", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  parseJson(nested(32));
  assert.throws(() => parseJson(nested(33)), { code: "invalid_request" });
});

Deno.test("a null character, or half a surrogate pair, is refused in a key as in a text", () => {
  for (const text of ['"\\u0000"', '"a\\ud800"']) {
    assert.throws(() => parseJson(`{${text}: 1}`), { code: "invalid_request" }, `key ${text}`);
    assert.throws(() => parseJson(`{"a": ${text}}`), { code: "invalid_request" }, `text ${text}`);
  }
  parseJson('{"\\u0041": "\\ud83d\\ude00"}');
});

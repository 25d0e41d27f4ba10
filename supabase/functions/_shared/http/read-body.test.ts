import assert from "node:assert/strict";
import { withFakeTime } from "../testing/fake-time.ts";
import { withinRequest } from "./current-request.ts";
import { DEADLINE_MS, LONG_DEADLINE_MS } from "./deadline.ts";
import { readBytes } from "./read-body.ts";
import { startContext } from "./request-context.ts";

const LIMIT_BYTES = 64;

/** A request whose body begins, and goes on when the test says so. */
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

Deno.test("a body that is slow and comes in time is read", async () => {
  await withFakeTime(async ({ advance }) => {
    const { request, send } = slowRequest();
    const reading = readBytes(request, LIMIT_BYTES);
    send("{");
    await advance(DEADLINE_MS - 1);
    send("x".repeat(LIMIT_BYTES));
    await assert.rejects(reading, { code: "payload_too_large" });
  });
});

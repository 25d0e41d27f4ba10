import assert from "node:assert/strict";
import { type Context, context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { activeSpan, nameActiveSpan } from "./request.ts";

interface Seen {
  name?: string;
  readonly attributes: Record<string, unknown>;
}

const SPAN_CONTEXT = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 };

/** Runs `use` as the runtime runs a request under OpenTelemetry; what its span was called. */
function spanned(use: () => void): Seen {
  const seen: Seen = { attributes: {} };
  const span = {
    spanContext: () => SPAN_CONTEXT,
    updateName: (name: string) => seen.name = name,
    setAttribute: (key: string, value: unknown) => seen.attributes[key] = value,
  } as unknown as Span;
  const active: Context = trace.setSpan(ROOT_CONTEXT, span);
  const manager = { active: () => active, disable() {} };
  context.setGlobalContextManager(
    manager as unknown as Parameters<typeof context.setGlobalContextManager>[0],
  );
  try {
    use();
  } finally {
    context.disable();
  }
  return seen;
}

Deno.test("a request's span is named by its route", () => {
  const seen = spanned(() => nameActiveSpan("POST /usage", "/usage"));
  assert.deepEqual(seen, { name: "POST /usage", attributes: { "http.route": "/usage" } });
});

Deno.test("a request of no route leaves its span as it is", () => {
  for (const [title, route] of [[null, "/usage"], ["POST /usage", null], [null, null]] as const) {
    assert.deepEqual(spanned(() => nameActiveSpan(title, route)), { attributes: {} });
  }
});

Deno.test("the span of a request is found, and without OpenTelemetry there is none", () => {
  spanned(() => assert.deepEqual(activeSpan(), SPAN_CONTEXT));
  assert.equal(activeSpan(), undefined);
  nameActiveSpan("POST /usage", "/usage");
});

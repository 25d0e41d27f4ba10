import assert from "node:assert/strict";
import { startContext } from "./start-request.ts";
import { activeSpan, nameActiveSpan } from "./trace.ts";
import { type Context, context, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

Deno.test("a valid traceparent is continued under a span of our own", () => {
  const given = `00-${TRACE}-${PARENT}-00`;
  const { traceId, traceparent } = startContext(new Headers({ traceparent: given }));
  assert.equal(traceId, TRACE);
  assert.match(traceparent, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-00$`));
  assert(!traceparent.includes(PARENT));
});

Deno.test("a later version's traceparent is continued by the fields that we understand", () => {
  const given = `01-${TRACE}-${PARENT}-01-more`;
  assert.equal(startContext(new Headers({ traceparent: given })).traceId, TRACE);
});

Deno.test("an invalid traceparent starts a new trace", () => {
  const zero32 = "0".repeat(32);
  const invalid = [
    "",
    "nonsense",
    `ff-${TRACE}-${PARENT}-01`,
    `00-${zero32}-${PARENT}-01`,
    `00-${TRACE}-0000000000000000-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}`,
  ];
  for (const traceparent of invalid) {
    const context = startContext(new Headers({ traceparent }));
    assert.notEqual(context.traceId, TRACE, traceparent);
    assert.match(context.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  }
});

interface Seen {
  name?: string;
  readonly attributes: Record<string, unknown>;
}

const SPAN_CONTEXT = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 };

/**
 * Runs `use` under a span, as the runtime does with OpenTelemetry, and returns what the span
 * received.
 */
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

Deno.test("a request without a route leaves its span unchanged", () => {
  for (const [title, route] of [[null, "/usage"], ["POST /usage", null], [null, null]] as const) {
    assert.deepEqual(spanned(() => nameActiveSpan(title, route)), { attributes: {} });
  }
});

Deno.test("the span of a request is found, and without OpenTelemetry there is none", () => {
  spanned(() => assert.deepEqual(activeSpan(), SPAN_CONTEXT));
  assert.equal(activeSpan(), undefined);
  nameActiveSpan("POST /usage", "/usage");
});

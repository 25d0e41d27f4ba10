/**
 * The failure of a request reaches Sentry, and the spans of the request reach a collector. Both have the
 * trace id of the request.
 */
import { equal, match, ok } from "node:assert/strict";
import { proven } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { backEnd, get, nobody, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { packageNamed } from "../support/money/purchases.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();

interface Received {
  readonly path: string;
  readonly text: string;
}

/** Runs `use` with a server that stores everything it receives. */
async function withReceiver(
  use: (port: number, received: readonly Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      received.push({ path: new URL(request.url).pathname, text: await request.text() });
      return Response.json({});
    },
  );
  await use(server.addr.port, received);
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
}

function spansOf(received: readonly Received[]): Span[] {
  return received.filter(({ path }) => path === "/v1/traces").flatMap(({ text }) => {
    const { resourceSpans } = JSON.parse(text) as {
      resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
    };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  });
}

function spanOf(received: readonly Received[], name: string, traceId: string): Promise<Span> {
  return until(
    `the span ${name} is exported`,
    () => spansOf(received).find((span) => span.name === name && span.traceId === traceId),
  );
}

/** Returns the environment with which Deno exports spans to a collector. */
function collectorAt(port: number): Record<string, string> {
  return {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  };
}

async function logged(lines: readonly string[], traceId: string): Promise<string> {
  return await until(
    "the trace is in the log",
    () => lines.join("").split("\n").find((line) => line.includes(`"trace_id":"${traceId}"`)),
  );
}

Deno.test("a failure reaches Sentry with the trace of its answer, and a refusal does not", async () => {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  await withReceiver(async (port, received) => {
    const changes = {
      SENTRY_DSN: `http://public1@127.0.0.1:${port}/42`,
      // No server listens on this port.
      STRIPE_API_URL: "http://127.0.0.1:9",
    };
    await withDeployment(world, changes, async (at: World) => {
      refused(await get(at, "credits", nobody), 401, "unauthenticated");
      const answer = await post(at, "checkout", buyer.as, { package_id: id });
      equal(answer.status, 503, answer.text);
      const { metadata } = JSON.parse(answer.text);
      const { path, text } = await until("Sentry has the failure", () => received[0]);
      equal(path, "/api/42/envelope/");
      const event = JSON.parse(text.split("\n")[2]!);
      equal(event.contexts.trace.trace_id, metadata.traceId);
      equal(event.tags.request_id, metadata.requestId);
      equal(event.transaction, "POST /checkout");
      equal(event.environment, "test");
      ok(![buyer.id, buyer.email, world.secretKey].some((each) => text.includes(each)), text);
      equal(received.length, 1);
    });
  });
  await proven(world);
});

Deno.test("a caller's trace continues in the answer, the log and the runtime's span", async () => {
  const lines: string[] = [];
  const traceId = crypto.randomUUID().replaceAll("-", "");
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  await withReceiver((port, received) =>
    withDeployment(world, collectorAt(port), async (at: World) => {
      const { headers } = await get(at, "usage/rates", nobody, { traceparent });
      const span = await spanOf(received, "GET /usage/rates", traceId);
      equal(span.parentSpanId, "00f067aa0ba902b7");
      equal(headers.get("traceparent"), `00-${traceId}-${span.spanId}-01`);
      match(await logged(lines, traceId), /"route":"\/usage\/rates"/);
    }, (text) => lines.push(text))
  );
});

Deno.test("a request without a trace gets the runtime's trace", async () => {
  const lines: string[] = [];
  await withReceiver((port, received) =>
    withDeployment(world, collectorAt(port), async (at: World) => {
      const { headers, text } = await get(at, "credits", backEnd(world));
      const [, traceId = "", spanId] = (headers.get("traceparent") ?? "").split("-");
      equal(JSON.parse(text).metadata.traceId, traceId);
      equal((await spanOf(received, "GET /credits", traceId)).spanId, spanId);
      await logged(lines, traceId);
    }, (text) => lines.push(text))
  );
});

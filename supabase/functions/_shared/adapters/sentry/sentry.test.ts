import assert from "node:assert/strict";
import type { Event } from "@sentry/core";
import { ApiError } from "../../core/errors.ts";
import { startContext } from "../../core/start-request.ts";
import { createSentryReport } from "./sentry.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

interface Envelope {
  readonly url: string;
  readonly head: Record<string, unknown>;
  readonly item: { readonly type: string };
  readonly event: Event;
  readonly text: string;
}

type Answer = (request: Request) => Response | Promise<Response>;

async function withSentry(
  answer: Answer,
  use: (dsn: string, got: Envelope[]) => Promise<void>,
): Promise<void> {
  const got: Envelope[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const text = await request.text();
    const [head, item, event] = text.split("\n").map((line) => JSON.parse(line));
    got.push({ url: request.url, head, item, event, text });
    return await answer(request);
  });
  try {
    await use(`http://public1@127.0.0.1:${server.addr.port}/42`, got);
  } finally {
    await server.shutdown();
  }
}

const context = () =>
  startContext(
    new Headers({ traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, "x-request-id": "request-1" }),
  );

function failure(internal = "the disk is full"): ApiError {
  const cause = new TypeError(`upsert of jane@doe.example with sk_test_51NhXyzXyz: ${internal}`);
  return new ApiError("internal", { internal, cause });
}

function reporting(dsn: string, timeoutMs = 2_000) {
  const work: Promise<unknown>[] = [];
  const report = createSentryReport({
    dsn,
    environment: "test",
    waitUntil: (each) => work.push(each),
    now: () => new Date("2026-11-21T12:00:00Z"),
    timeoutMs,
  });
  return { work, report };
}

const ok: Answer = () => new Response('{"id":"1"}');

Deno.test("a report is an envelope of its failure, found again by trace and request", async () => {
  await withSentry(ok, async (dsn, got) => {
    const { work, report } = reporting(dsn);
    report(failure(), { context: context(), title: "POST /usage" });
    await Promise.all(work);
    const [{ url, item, event }] = got as [Envelope];
    assert.equal(new URL(url).pathname, "/api/42/envelope/");
    assert.equal(new URL(url).searchParams.get("sentry_key"), "public1");
    assert.equal(item.type, "event");
    assert.equal(event.transaction, "POST /usage");
    assert.equal(event.environment, "test");
    assert.equal(event.timestamp, Date.parse("2026-11-21T12:00:00Z") / 1_000);
    assert.deepEqual(event.tags, { code: "internal", status: 500, request_id: "request-1" });
    assert.equal(event.contexts?.trace?.trace_id, TRACE);
    assert.match(event.event_id ?? "", /^[0-9a-f]{32}$/);
    const [cause, error] = event.exception?.values ?? [];
    assert.deepEqual([cause?.type, error?.type], ["TypeError", "ApiError"]);
    assert.equal(error?.value, "the disk is full");
    const files = cause?.stacktrace?.frames?.map(({ filename }) => filename);
    assert(files?.some((file) => file?.endsWith("sentry.test.ts")), String(files));
  });
});

Deno.test("a report contains no personal data, no keys and no part of the request's body", async () => {
  await withSentry(ok, async (dsn, got) => {
    const { work, report } = reporting(dsn);
    report(failure("no row for jane@doe.example"), { context: context(), title: null });
    await Promise.all(work);
    const { text, event } = got[0]!;
    assert(!/jane|doe\.example|sk_test/.test(text), text);
    const { user, request, server_name, breadcrumbs, extra, transaction } = event;
    const personal = [user, request, server_name, breadcrumbs, extra, transaction];
    assert.deepEqual(personal.filter((each) => each !== undefined), []);
  });
});

Deno.test("lines of a message that look like a stack's are not part of the stack", async () => {
  await withSentry(ok, async (dsn, got) => {
    const { work, report } = reporting(dsn);
    const lines = [
      "no row",
      "    at jane@doe.example",
      "    at jane@doe.example (file:///jane.ts:1:2)",
    ];
    const cause = new TypeError(lines.join("\n"));
    report(new ApiError("internal", { cause }), { context: context(), title: null });
    await Promise.all(work);
    const { text, event } = got[0]!;
    assert(!/jane@doe|doe\.example/.test(text), text);
    const frames = event.exception?.values?.[0]?.stacktrace?.frames ?? [];
    assert(frames.at(-1)?.filename?.endsWith("sentry.test.ts"), JSON.stringify(frames));
  });
});

Deno.test("a circular chain of causes has an end", async () => {
  await withSentry(ok, async (dsn, got) => {
    const { work, report } = reporting(dsn);
    const error = failure();
    (error.cause as Error).cause = error;
    report(error, { context: context(), title: null });
    await Promise.all(work);
    assert.equal(got[0]!.event.exception?.values?.length, 4);
  });
});

Deno.test("a report to a hanging service is aborted without an error", async () => {
  const hung = Promise.withResolvers<Response>();
  await withSentry(() => hung.promise, async (dsn, got) => {
    const { work, report } = reporting(dsn, 50);
    report(failure(), { context: context(), title: null });
    await Promise.all(work);
    // The report was sent. Its request was aborted before the service answered.
    assert.deepEqual([work.length, got.length], [1, 1]);
    hung.resolve(new Response());
  });
});

Deno.test("a report to an address without a server, or a refused one, causes no failure", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { work, report } = reporting(`http://public1@127.0.0.1:${port}/42`);
  report(failure(), { context: context(), title: null });
  assert.equal(work.length, 1);
  await Promise.all(work);
  await withSentry(() => new Response("no", { status: 500 }), async (dsn, got) => {
    const refused = reporting(dsn);
    refused.report(failure(), { context: context(), title: null });
    await Promise.all(refused.work);
    assert.deepEqual([refused.work.length, got.length], [1, 1]);
  });
});

Deno.test("a report of a long text is cut", async () => {
  await withSentry(ok, async (dsn, got) => {
    const { work, report } = reporting(dsn);
    report(failure("x ".repeat(50_000)), { context: context(), title: null });
    await Promise.all(work);
    for (const { value } of got[0]!.event.exception!.values!) assert(value!.length <= 2_100);
  });
});

Deno.test("a report waits as long as the service requests, in either header, and no longer", async () => {
  for (const header of ["retry-after", "x-sentry-rate-limits"]) {
    const now: Answer = () => new Response("", { status: 429, headers: { [header]: "0" } });
    await withSentry(now, async (dsn, got) => {
      const { work, report } = reporting(dsn);
      for (let turn = 0; turn < 2; turn++) {
        report(failure(), { context: context(), title: null });
        await Promise.all(work);
      }
      assert.equal(got.length, 2, header);
    });
  }
});

Deno.test("a report is not sent while the service wants fewer, nor are more than ten at a time", async () => {
  const less: Answer = () => new Response("", { status: 429, headers: { "retry-after": "60" } });
  await withSentry(less, async (dsn, got) => {
    const { work, report } = reporting(dsn);
    for (let turn = 0; turn < 3; turn++) {
      report(failure(), { context: context(), title: null });
      await Promise.all(work);
    }
    assert.equal(got.length, 1);
  });
  await withSentry(ok, async (dsn, got) => {
    const { work, report } = reporting(dsn);
    for (let n = 0; n < 30; n++) report(failure(), { context: context(), title: null });
    await Promise.all(work);
    assert.equal(got.length, 10);
  });
});

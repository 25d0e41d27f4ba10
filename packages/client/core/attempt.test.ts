import { deepEqual, equal, rejects } from "node:assert/strict";
import { failure, silent, type Step, success } from "../testing/fake-service.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { ChatStream } from "../browser/chat-stream.ts";
import { waitForJob } from "../browser/follow-job.ts";
import { waitForOrder } from "../browser/orders.ts";
import { type Api, createApi } from "./api.ts";
import type { Connection } from "./connection.ts";

const checkout = { body: { package_id: "starter" } };
const busy = failure(503, "not_ready", { retryable: true });
const opened = success({ order_id: "o1" }, { status: 201 });

/** Returns an Authorization header with a token of this user, as the auth service makes it. */
function tokenOf(sub: string): string {
  const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
  return `Bearer ${part({ alg: "ES256" })}.${part({ sub, name: "Zoë?>" })}.signature`;
}

/**
 * Makes an API whose connection responds with these steps. `own` replaces parts of the connection.
 */
function connected(steps: Step[], own: Partial<Connection>) {
  const clock = new FakeClock();
  const tokens: (string | null)[] = [];
  const first = Promise.withResolvers<void>();
  const connection: Connection = {
    baseUrl: "https://project.test/functions/v1",
    credentials: () => Promise.resolve({}),
    renew: () => Promise.resolve(false),
    fetch: async (request) => {
      tokens.push(request.headers.get("authorization"));
      first.resolve();
      return await steps.shift()!(request);
    },
    ...own,
  };
  return { api: createApi(connection, clock), clock, tokens, sent: () => first.promise };
}

/** Returns the credentials of these users in turn, one user for each attempt. */
const signedIn = (...users: string[]) => () =>
  Promise.resolve({ authorization: tokenOf(users.shift()!) });

Deno.test("a call that one user began is not repeated with the token of another", async () => {
  const { api, tokens } = connected([busy, opened], { credentials: signedIn("anna", "ben") });
  const call = api.change("post", "/checkout", checkout, { idempotencyKey: "mine" });
  const error = { code: "session_changed", retryable: false, idempotencyKey: "mine" };
  await rejects(call, error);
  deepEqual(tokens, [tokenOf("anna")]);
});

Deno.test("reading a list, a job, an order or a charge ends when another user signs in", async () => {
  const cases: [string, Step, (api: Api) => Promise<unknown>][] = [
    ["a list", success([{ id: "1" }], { nextCursor: "two" }), async (api) => {
      for await (const _ of api.each("/credits/entries", {}));
    }],
    ["a job", success({ status: "queued" }), (api) => waitForJob(api, "j1", {})],
    ["an order", success({ status: "paid" }), (api) => waitForOrder(api, "o1", {})],
    [
      "a charge",
      () =>
        new Response("", {
          headers: { "content-type": "text/event-stream", "farthing-hold": "h1" },
        }),
      async (api) => {
        const stream = new ChatStream(api, { model: "m", messages: [] }, {});
        await rejects(stream[Symbol.asyncIterator]().next(), { code: "network_error" });
        await stream.settled();
      },
    ],
  ];
  for (const [name, first, read] of cases) {
    const { api, tokens } = connected([first], { credentials: signedIn("anna", "ben") });
    await rejects(read(api), { code: "session_changed" }, name);
    equal(tokens.length, 1, name);
  }
});

Deno.test("a call goes on with a renewed token of the same user", async () => {
  const { api, tokens } = connected([busy, opened], { credentials: signedIn("anna", "anna") });
  await api.change("post", "/checkout", checkout);
  equal(tokens.length, 2);
});

Deno.test("a call for a user is not sent with the token of another", async () => {
  const own = { credentials: signedIn("ben", "anna") };
  const { api, tokens } = connected([success({ balance: "1" })], own);
  await rejects(api.read("/credits", {}, { signedInAs: "anna" }), { code: "session_changed" });
  equal(tokens.length, 0);
  await api.read("/credits", {}, { signedInAs: "anna" });
  equal(tokens.length, 1);
});

Deno.test("a token that the client can't read is sent as it is", async () => {
  for (const authorization of ["Bearer opaque", "Bearer a.b.c", "Bearer a.bnVsbA.c"]) {
    const credentials = () => Promise.resolve({ authorization });
    const { api } = connected([success({ balance: "1" })], { credentials });
    equal((await api.read("/credits", {}, { signedInAs: "anna" })).balance, "1");
  }
});

Deno.test("a sign-out in the middle of the retries ends as unauthenticated", async () => {
  const tokens = [{ authorization: tokenOf("anna") }, {}];
  const credentials = () => Promise.resolve(tokens.shift()! as Record<string, string>);
  const { api } = connected([busy, failure(401, "unauthenticated")], { credentials });
  await rejects(api.change("post", "/checkout", checkout), { code: "unauthenticated" });
});

Deno.test("a session that can't be read is network_error, and no request is sent", async () => {
  const cause = new Error("the lock was not free");
  const credentials = () => Promise.reject(cause);
  const { api, tokens } = connected([], { credentials });
  await rejects(api.read("/credits", {}), { code: "network_error", status: 0, cause });
  deepEqual(tokens, []);
});

Deno.test("a session that is never read ends at the deadline, or by the signal", async () => {
  const credentials = () => new Promise<never>(() => {});
  const late = connected([], { credentials });
  const call = late.api.read("/credits", {});
  late.clock.advance(60_000);
  await rejects(call, { code: "deadline_exceeded" });

  const { api } = connected([], { credentials });
  const stop = new AbortController();
  const aborted = api.read("/credits", {}, { signal: stop.signal });
  stop.abort(new Error("left"));
  await rejects(aborted, { message: "left" });
});

Deno.test("an abort during a wait throws the reason, and nothing more is sent", async () => {
  const headers = { "retry-after": "40" };
  const limited = failure(429, "rate_limited", { retryable: true, headers });
  const { api, tokens, clock } = connected([limited, opened], {});
  const stop = new AbortController();
  clock.onLongWait = (ms) => {
    if (ms >= 40_000 && ms <= 40_500) stop.abort(new Error("left"));
  };
  const call = api.change("post", "/checkout", checkout, { signal: stop.signal });
  await rejects(call, { message: "left" });
  equal(tokens.length, 1);
});

Deno.test("a log that throws neither fails nor repeats a call", async () => {
  const onAnswer = () => {
    throw new Error("the log is full");
  };
  const { api, tokens } = connected([opened, busy, opened], { onAnswer });
  equal((await api.change("post", "/checkout", checkout)).order_id, "o1");
  equal((await api.change("post", "/checkout", checkout)).order_id, "o1");
  equal(tokens.length, 3);
});

Deno.test("a request without a response is logged, also at the deadline", async () => {
  const logged: number[] = [];
  const onAnswer = ({ status }: { status: number }) => logged.push(status);
  const { api, clock, sent } = connected([silent], { onAnswer });
  const call = api.read("/credits", {});
  await sent();
  clock.advance(60_000);
  await rejects(call, { code: "deadline_exceeded" });
  deepEqual(logged, [0]);
});

Deno.test("the message names a host that does not respond, and the origin only in a browser", async () => {
  const { api } = connected([], { fetch: () => Promise.reject(new TypeError("fetch failed")) });
  const messageOf = () => api.read("/credits", {}).then(() => "", ({ message }) => message);
  equal(
    await messageOf(),
    "No response came from project.test. Check the URL and the connection.",
  );
  Object.assign(globalThis, { document: {} });
  try {
    equal(
      await messageOf(),
      "No response came from project.test. Check the URL, the connection, and that the app's " +
        "origin is allowed.",
    );
  } finally {
    Reflect.deleteProperty(globalThis, "document");
  }
});

import { deepEqual, equal, rejects } from "node:assert/strict";
import { broken, failure, fakeService, type Step, success } from "../testing/fake-service.ts";

const checkout = { body: { package_id: "starter" } };
const page: Step = () =>
  new Response("<html>Sign in to the network</html>", { headers: { "content-type": "text/html" } });

/** Successful responses with a body that the service never sends. */
const FOREIGN: Readonly<Record<string, Step>> = {
  "a proxy's page": page,
  "no content": () => new Response(null, { status: 204 }),
  "an unchanged page": () => new Response(null, { status: 304 }),
  "an empty body": () => new Response(""),
  "null": () => Response.json(null),
  "a text": () => Response.json("ok"),
  "an object without data": () => Response.json({ ok: true }),
};

Deno.test("a successful response that is not Farthing's is invalid_response, and not retried", async () => {
  for (const [name, step] of Object.entries(FOREIGN)) {
    const { api, seen } = fakeService([step, step, step]);
    const { status } = await step(new Request("https://project.test"));
    const error = { code: "invalid_response", status, retryable: false };
    await rejects(api.read("/credits", {}), error, name);
    await rejects(api.change("post", "/checkout", checkout), error, name);
    await rejects(api.page("/credits/entries", {}), error, name);
    equal(seen.length, 3, name);
  }
});

Deno.test("a request is repeated if the body of its error breaks off, because the code is lost", async () => {
  const cut: Step = () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.error(new TypeError("cut")) }),
      { status: 402 },
    );
  const { api, seen } = fakeService([cut, failure(402, "insufficient_credits")]);
  await rejects(api.change("post", "/checkout", checkout), { code: "insufficient_credits" });
  equal(seen.length, 2);
});

Deno.test("an error body that only resembles Farthing's is invalid_response", async () => {
  const bodies = [null, [], "error", { error: null }, { error: "invalid" }, { error: { code: 1 } }];
  for (const body of [...bodies, { code: 401, message: "Invalid JWT" }]) {
    const { api } = fakeService([() => Response.json(body, { status: 401 })]);
    await rejects(api.read("/credits", {}), { code: "invalid_response", status: 401 });
  }
});

Deno.test("Retry-After may be a date, and a useless value leads to the shortest wait", async () => {
  const waits = async (value: string) => {
    const limited = failure(429, "rate_limited", {
      retryable: true,
      headers: { "retry-after": value },
    });
    const { api, clock } = fakeService([limited, success({ balance: "1" })]);
    await api.read("/credits", {});
    return clock.waits;
  };
  const [dated] = await waits(new Date(Date.now() + 7_000).toUTCString());
  equal(dated! >= 5_000 && dated! <= 7_500, true, `${dated}`);
  const useless = ["0", "-5", "", "soon", "NaN", "Infinity", new Date(0).toUTCString()];
  for (const value of useless) {
    const [wait] = await waits(value);
    equal(wait! >= 1_000 && wait! <= 1_500, true, `${wait} for ${value}`);
  }
});

Deno.test("an error with a huge Retry-After is thrown at once, also as a date", async () => {
  for (const value of ["99999999999999999999", new Date("9999-01-01").toUTCString()]) {
    const headers = { "retry-after": value };
    const { api, clock } = fakeService([failure(503, "not_ready", { retryable: true, headers })]);
    await rejects(api.read("/credits", {}), { code: "not_ready" });
    deepEqual(clock.waits, []);
  }
});

Deno.test("the error of a change has its idempotencyKey, and the error of a read has none", async () => {
  const refused = failure(402, "insufficient_credits");
  const { api, seen } = fakeService([refused, refused, broken]);
  const error = await api.change("post", "/checkout", checkout).catch((error) => error);
  equal(error.idempotencyKey, seen[0]!.key);
  await rejects(api.read("/credits", {}), { idempotencyKey: undefined });
  await rejects(
    api.change("post", "/checkout", checkout, { idempotencyKey: "mine", timeoutMs: 500 }),
    { code: "deadline_exceeded", idempotencyKey: "mine" },
  );
});

Deno.test("a list below a path is read to its end", async () => {
  const first = success([{ id: "1" }], { nextCursor: "two" });
  const { api, seen } = fakeService([first, success([{ id: "2" }])]);
  const reads = api.each("/customers/{id}/reads", { path: { id: "u1" }, query: { limit: 1 } });
  const found = [];
  for await (const one of reads) found.push(one);
  equal(found.length, 2);
  deepEqual(seen.map(({ url }) => url.split("/v1/")[1]), [
    "customers/u1/reads?limit=1",
    "customers/u1/reads?limit=1&cursor=two",
  ]);
});

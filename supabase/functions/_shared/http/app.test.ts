import assert from "node:assert/strict";
import { EnvError } from "../core/env.ts";
import { makeFake, ORIGIN } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";
import { createApp as createUsage } from "../../usage/app.ts";

Deno.test("an allowed origin may read an answer and its exposed headers", async () => {
  const answer = await send(await makeFake(), "GET", "/usage/rates", {
    headers: { origin: ORIGIN },
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("access-control-allow-origin"), ORIGIN);
  assert.match(answer.headers.get("vary") ?? "", /origin/i);
  const exposed = answer.headers.get("access-control-expose-headers")?.split(",") ?? [];
  const readable = ["x-request-id", "traceparent", "retry-after", "ratelimit", "ratelimit-policy"];
  for (const name of [...readable, "idempotency-replayed", "etag", "location"]) {
    assert(exposed.includes(name), name);
  }
});

Deno.test("an allowed origin may read an error too", async () => {
  const fake = await makeFake();
  for (const path of ["/usage/nothing", "/credits"]) {
    const answer = await send(fake, "GET", path, { headers: { origin: ORIGIN } });
    assert(answer.status >= 400);
    assert.equal(answer.headers.get("access-control-allow-origin"), ORIGIN);
  }
});

Deno.test("any other origin is not allowed", async () => {
  const others = ["https://evil.example.com", `${ORIGIN}.evil.com`, "null", ORIGIN.toUpperCase()];
  for (const origin of others) {
    const answer = await send(await makeFake(), "GET", "/usage/rates", { headers: { origin } });
    assert.equal(answer.headers.get("access-control-allow-origin"), null, origin);
  }
});

Deno.test("a preflight allows the headers that our clients send", async () => {
  const answer = await send(await makeFake(), "OPTIONS", "/usage", {
    headers: { "origin": ORIGIN, "access-control-request-method": "POST" },
  });
  assert.equal(answer.status, 204);
  const allowed = answer.headers.get("access-control-allow-headers")?.split(",") ?? [];
  for (const name of ["authorization", "apikey", "idempotency-key", "prefer", "traceparent"]) {
    assert(allowed.includes(name), name);
  }
  // Only servers send these headers, so no web page may send them.
  for (const name of ["x-webhook-secret", "stripe-signature", "cf-connecting-ip", "cookie"]) {
    assert(!allowed.includes(name), name);
  }
  assert.equal(answer.headers.get("access-control-max-age"), "7200");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert(answer.headers.get("x-request-id"));
});

Deno.test("an answer demands HTTPS if the project's URL uses HTTPS", async () => {
  const header = "strict-transport-security";
  const secure = await send(await makeFake(), "GET", "/usage/rates");
  assert.equal(secure.headers.get(header), "max-age=31536000");
  const overrides = { functionsUrl: "http://127.0.0.1:54321/functions/v1" };
  const plain = await send(await makeFake({ overrides }), "GET", "/usage/rates");
  assert.equal(plain.headers.get(header), null);
});

Deno.test("an incomplete environment is 503, and only the log says what is missing", async () => {
  const app = createUsage(() => {
    throw new EnvError(["SUPABASE_URL"]);
  });
  const answer = await app.request("/usage/rates");
  const text = await answer.text();
  assert.equal(answer.status, 503);
  assert.equal(JSON.parse(text).error.code, "not_ready");
  assert(!text.includes("SUPABASE_URL"));
});

Deno.test("an incomplete environment is 503 to a browser, whose page cannot read the answer", async () => {
  const app = createUsage(() => {
    throw new EnvError(["SUPABASE_URL"]);
  });
  const headers = { "origin": ORIGIN, "access-control-request-method": "GET" };
  const answer = await app.request("/usage/rates", { headers });
  assert.equal(answer.status, 503);
  assert.equal((await answer.json()).error.code, "not_ready");
  assert(answer.headers.get("x-request-id"));
  const preflight = await app.request("/usage/rates", { method: "OPTIONS", headers });
  for (const each of [answer, preflight]) {
    assert.equal(each.headers.get("access-control-allow-origin"), null);
  }
  assert.equal(preflight.status, 204);
});

Deno.test("a HEAD request is answered as its GET without a body", async () => {
  const answer = await send(await makeFake(), "HEAD", "/usage/rates");
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), "");
});

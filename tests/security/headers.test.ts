/** The security headers of every answer. */
import { equal, ok } from "node:assert/strict";
import { type Answer, backEnd, get, nobody, post, send } from "../support/project/http.ts";
import { signUpWith } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const EVERY: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

async function answers(): Promise<Answer[]> {
  const { id, as } = await signUpWith(world, "10");
  const debit = { user_id: id, amount: "1", reason: "test" };
  const key = crypto.randomUUID();
  return await Promise.all([
    get(world, "usage/rates", nobody),
    get(world, "credits", as),
    get(world, "credits/entries?format=csv", as),
    get(world, "credits", nobody),
    get(world, "usage/nothing", nobody),
    post(world, "credits/debits", backEnd(world), debit, { key }),
    post(world, "credits/debits", backEnd(world), "{", { key: crypto.randomUUID() }),
    post(world, "stripe-webhook", nobody, "{}", { key: null }),
  ]);
}

Deno.test("the headers of every answer forbid a browser to run, frame, embed or sniff it", async () => {
  for (const { url, status, headers } of await answers()) {
    for (const [name, value] of Object.entries(EVERY)) {
      equal(headers.get(name), value, `${url} ${status}: ${name}`);
    }
    ok(headers.get("x-request-id") && headers.get("traceparent"), url);
    // The stack is served over HTTP, so this header of HTTPS is missing.
    equal(headers.get("strict-transport-security"), null);
    equal(headers.get("x-powered-by"), null);
  }
});

Deno.test("an answer to a preflight has these headers, too", async () => {
  const { status, headers } = await send(`${world.url}/functions/v1/checkout`, {
    method: "OPTIONS",
    headers: { "origin": "http://localhost:3000", "access-control-request-method": "POST" },
  });
  equal(status, 204);
  equal(headers.get("x-content-type-options"), "nosniff");
  equal(headers.get("content-security-policy"), EVERY["content-security-policy"]);
});

/** Which pages may call from a browser. */
import { equal, match } from "node:assert/strict";
import { send } from "../support/http.ts";
import { signUp } from "../support/people.ts";
import { readWorld } from "../support/world.ts";

const world = readWorld();
const ALLOWED = ["http://localhost:3000", "http://127.0.0.1:3000", "http://localhost:5173"];
const FOREIGN = [
  "null",
  "http://evil.test",
  "http://localhost",
  "http://localhost:3001",
  "https://localhost:3000",
  "http://localhost:3000.evil.test",
  "http://evil-localhost:3000",
  "http://localhost:30000",
  "http://localhost:3000/",
  "http://localhost:3000@evil.test",
  "http://evil.test/http://localhost:3000",
  "http://LOCALHOST:3000",
  "http://localhost:3000,http://evil.test",
  "http://localhost:3000 http://evil.test",
  "*",
  ".*",
  "",
];

const headerOf = (headers: Headers) => headers.get("access-control-allow-origin");

function preflight(origin: string) {
  return send(`${world.url}/functions/v1/checkout`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,apikey,idempotency-key",
    },
  });
}

Deno.test("page of an allowed origin may call, and may read what it needs", async () => {
  const { as } = await signUp(world);
  for (const origin of ALLOWED) {
    const answer = await preflight(origin);
    equal(answer.status, 204);
    equal(headerOf(answer.headers), origin);
    match(answer.headers.get("access-control-allow-headers") ?? "", /idempotency-key/i);
    match(answer.headers.get("vary") ?? "", /origin/i);
    equal(answer.headers.get("access-control-allow-credentials"), null);
    const call = await send(`${world.url}/functions/v1/credits`, { headers: { ...as, origin } });
    equal(headerOf(call.headers), origin);
    match(call.headers.get("access-control-expose-headers") ?? "", /x-request-id.*retry-after/i);
  }
});

Deno.test("page of any other origin is told no, whatever its name looks like", async () => {
  const { as } = await signUp(world);
  for (const origin of FOREIGN) {
    equal(headerOf((await preflight(origin)).headers), null, `preflight ${origin}`);
    const call = await send(`${world.url}/functions/v1/credits`, { headers: { ...as, origin } });
    equal(headerOf(call.headers), null, origin);
    const refusal = await send(`${world.url}/functions/v1/credits`, { headers: { origin } });
    equal(headerOf(refusal.headers), null, origin);
  }
});

/** Which pages may call from a browser. */
import { equal, match, ok } from "node:assert/strict";
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
  "http://localhost.:3000",
  "http://localhost:3000.",
  "http://localhost:3000\\.evil.test",
  "http://evil.test\\@localhost:3000",
  "http://localhost:3000%2eevil.test",
  "http://localhost:3000#evil.test",
  "http://localhost:3000?evil.test",
  "http://localhost:03000",
  "http:/localhost:3000",
  "//localhost:3000",
  "localhost:3000",
  "http://user@localhost:3000",
  "http://sub.localhost:3000",
  "http://127.0.0.1.nip.io:3000",
  "http://127.1:3000",
  "http://[::1]:3000",
  "http://2130706433:3000",
  "http://xn--lcalhost-30a:3000",
  "file://",
  "chrome-extension://localhost:3000",
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
    const exposed = call.headers.get("access-control-expose-headers")?.split(",") ?? [];
    for (const header of ["x-request-id", "retry-after", "ratelimit", "ratelimit-policy"]) {
      ok(exposed.includes(header), header);
    }
  }
});

Deno.test("preflight is kept for two hours, and lets no page send what only servers hold", async () => {
  const { headers } = await preflight(ALLOWED[0]!);
  equal(headers.get("access-control-max-age"), "7200");
  const allowed = headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
  for (const header of ["x-webhook-secret", "stripe-signature", "cf-connecting-ip", "*"]) {
    ok(!allowed.includes(header), header);
  }
  equal(headers.get("access-control-allow-methods"), "GET,POST,DELETE");
});

Deno.test("page that names two origins is told no", async () => {
  for (const origin of ALLOWED) {
    const headers = new Headers([["origin", origin], ["origin", ALLOWED[0]!]]);
    const call = await fetch(`${world.url}/functions/v1/usage/rates`, { headers });
    equal(headerOf(call.headers), null);
    await call.body?.cancel();
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

/** The origins whose pages may call the functions from a browser. */
import { equal, match, ok } from "node:assert/strict";
import { withDeployment } from "../support/processes/deployment.ts";
import { send } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();
const LISTED = "http://localhost:3000";
/**
 * Further origins on the user's own machine. The local stack allows them. A deployment refuses
 * them if its APP_ORIGINS contains only LISTED.
 */
const LOOPBACK = [
  "http://127.0.0.1:3000",
  "http://localhost:5173",
  "http://localhost:5174",
  "http://localhost:30000",
  "http://localhost",
  "http://[::1]:5173",
  "https://localhost:3000",
];
const ALLOWED = [LISTED, ...LOOPBACK];
const FOREIGN = [
  "null",
  "http://evil.test",
  "http://localhost:3000.evil.test",
  "http://evil-localhost:3000",
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
  "http://2130706433:3000",
  "http://xn--lcalhost-30a:3000",
  "file://",
  "chrome-extension://localhost:3000",
  "*",
  ".*",
  "",
];

const headerOf = (headers: Headers) => headers.get("access-control-allow-origin");

function preflight(origin: string, { url }: World = world) {
  return send(`${url}/functions/v1/checkout`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,apikey,idempotency-key",
    },
  });
}

Deno.test("a page of an allowed origin may call, and may read the headers that it needs", async () => {
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

Deno.test("a preflight is cached for two hours, and allows no header that only servers send", async () => {
  const { headers } = await preflight(ALLOWED[0]!);
  equal(headers.get("access-control-max-age"), "7200");
  const allowed = headers.get("access-control-allow-headers")?.toLowerCase() ?? "";
  for (const header of ["x-webhook-secret", "stripe-signature", "cf-connecting-ip", "*"]) {
    ok(!allowed.includes(header), header);
  }
  equal(headers.get("access-control-allow-methods"), "GET,POST,DELETE");
});

Deno.test("a page that names two origins is refused", async () => {
  for (const origin of ALLOWED) {
    const headers = new Headers([["origin", origin], ["origin", ALLOWED[0]!]]);
    const call = await fetch(`${world.url}/functions/v1/usage/rates`, { headers });
    equal(headerOf(call.headers), null);
    await call.body?.cancel();
  }
});

async function isRefused(at: World, origin: string): Promise<void> {
  const url = `${at.url}/functions/v1/credits`;
  equal(headerOf((await preflight(origin, at)).headers), null, `preflight ${origin}`);
  equal(headerOf((await send(url, { headers: { origin } })).headers), null, origin);
}

Deno.test("a page of any other origin is refused, whatever its name", async () => {
  const { as } = await signUp(world);
  for (const origin of FOREIGN) {
    await isRefused(world, origin);
    const call = await send(`${world.url}/functions/v1/credits`, { headers: { ...as, origin } });
    equal(headerOf(call.headers), null, origin);
  }
});

Deno.test("a page of an unlisted origin is refused, and the log names the origin once", async () => {
  let log = "";
  const onOutput = (text: string) => log += text;
  await withDeployment(world, { APP_ORIGINS: LISTED }, async (deployed) => {
    equal(headerOf((await preflight(LISTED, deployed)).headers), LISTED);
    for (const origin of [...LOOPBACK, ...FOREIGN, ...LOOPBACK]) await isRefused(deployed, origin);
  }, onOutput);
  const lines = log.split("\n").filter((line) => line.includes("origin refused"))
    .map((line) => JSON.parse(line));
  for (const origin of LOOPBACK) {
    // The preflight reaches the function `checkout` and the call reaches the function `credits`. Each
    // function logs the origin once.
    equal(lines.filter((line) => line.origin === origin).length, 2, origin);
  }
  for (const { detail } of lines) match(detail, /APP_ORIGINS/);
});

const ORIGIN = "https://any.example";

/** Returns true if Auth or REST allows a page of a different origin to send this header. */
async function mayAsk(path: string, header: string): Promise<boolean> {
  const headers = {
    "origin": ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": header,
  };
  const answer = await send(`${world.url}${path}`, { method: "OPTIONS", headers });
  ok([200, 204].includes(answer.status), `${path}: ${answer.status}`);
  equal(headerOf(answer.headers), "*");
  const allowed = answer.headers.get("access-control-allow-headers")?.toLowerCase().split(",") ??
    [];
  return allowed.includes(header);
}

Deno.test("T26 a page of any origin may send supabase-js' headers to Auth and REST", async () => {
  const headers = ["authorization", "apikey", "content-type", "x-client-info"];
  const paths = ["signup", "token", "user", "logout", "admin/users"].map((at) => `/auth/v1/${at}`);
  for (const path of paths) {
    for (const header of [...headers, "x-supabase-api-version"]) {
      ok(await mayAsk(path, header), `${path} ${header}`);
    }
    // Auth has its own list of allowed headers, and no gateway changes this list.
    equal(await mayAsk(path, "x-anything"), false);
  }
  for (
    const header of [...headers, "prefer", "accept-profile", "content-profile", "x-retry-count"]
  ) {
    ok(await mayAsk("/rest/v1/packages", header), header);
  }
});

Deno.test("T26 a page of any origin may read Auth's and REST's answers, refusals too", async () => {
  const { publishableKey: apikey } = world;
  const calls: [path: string, status: number, headers: Record<string, string>][] = [
    ["/auth/v1/user", 401, {}],
    ["/auth/v1/user", 401, { apikey: "sb_publishable_nobody" }],
    ["/auth/v1/user", 401, { apikey, authorization: "Bearer a.b.c" }],
    ["/auth/v1/nothing", 401, { apikey }],
    ["/auth/v1/.well-known/jwks.json", 200, {}],
    ["/rest/v1/packages", 401, {}],
    ["/rest/v1/packages?select=name", 200, { apikey, "accept-profile": "farthing_public" }],
    ["/rest/v1/nothing", 404, { apikey }],
    ["/functions/v1/nothing", 404, { apikey }],
  ];
  for (const [path, status, headers] of calls) {
    const answer = await send(`${world.url}${path}`, { headers: { ...headers, origin: ORIGIN } });
    equal(answer.status, status, `${path}: ${answer.text}`);
    equal(headerOf(answer.headers), "*", path);
  }
  const rest = await send(`${world.url}/rest/v1/packages?select=name`, {
    headers: { apikey, "accept-profile": "farthing_public" },
  });
  match(rest.headers.get("access-control-expose-headers") ?? "", /content-range/);
});

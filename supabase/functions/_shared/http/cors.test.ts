import assert from "node:assert/strict";
import { corsHeaders } from "@supabase/supabase-js/cors";
import { makeFake, ORIGIN } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";
import { createApp } from "../../usage/app.ts";
import OpenAI from "openai";

type Fake = Awaited<ReturnType<typeof makeFake>>;

const asked = (fake: Fake, origin: string) =>
  send(fake, "GET", "/usage/rates", { headers: { origin } });

const refusals = ({ lines }: Fake) =>
  lines.filter(({ message }) => message === "origin refused").map(({ record }) => record.origin);

async function allowedHeaders(): Promise<string[]> {
  const headers = { "origin": ORIGIN, "access-control-request-method": "GET" };
  const answer = await send(await makeFake(), "OPTIONS", "/usage", { headers });
  return answer.headers.get("access-control-allow-headers")?.split(",") ?? [];
}

Deno.test("T26 every header that supabase-js lists as its own is allowed", async () => {
  const allowed = await allowedHeaders();
  const named = corsHeaders["Access-Control-Allow-Headers"]!.split(/,\s*/);
  assert(named.length > 3);
  for (const header of named) assert(allowed.includes(header), header);
});

Deno.test("T26 the other headers that supabase-js and our docs send are allowed", async () => {
  const allowed = await allowedHeaders();
  const ours = ["idempotency-key", "if-none-match", "prefer", "x-request-id"];
  for (const header of ["x-supabase-api-version", "x-region", ...ours]) {
    assert(allowed.includes(header), header);
  }
});

Deno.test("T26 every header that OpenAI's SDK sends is allowed, with all its options set", async () => {
  const sent: string[] = [];
  const client = new OpenAI({
    apiKey: "k",
    baseURL: "https://project.example.com/v1",
    organization: "org-1",
    project: "proj-1",
    dangerouslyAllowBrowser: true,
    fetch: (_url, init) => {
      sent.push(...new Headers(init?.headers).keys());
      return Promise.resolve(Response.json({}));
    },
  });
  const { completions } = client.chat;
  const body = { model: "gpt-4o", messages: [] };
  await completions.create(body, { timeout: 1_000, headers: { "Idempotency-Key": "k" } });
  await completions.stream(body).done().catch(() => {});
  assert(sent.includes("openai-project") && sent.includes("x-stainless-helper-method"));
  // A browser lets a page send `accept` without a preflight request.
  const needed = new Set(sent.filter((name) => name !== "accept"));
  const allowed = await allowedHeaders();
  assert.deepEqual([...needed].filter((name) => !allowed.includes(name)), []);
});

Deno.test("a refused origin is named once, with the variable that would allow it", async () => {
  const fake = await makeFake();
  const app = createApp(fake.source);
  const call = (origin: string) => app.request("/usage/rates", { headers: { origin } });
  for (const origin of ["https://a.test", "https://b.test", "https://a.test", ORIGIN]) {
    await call(origin);
  }
  assert.deepEqual(refusals(fake), ["https://a.test", "https://b.test"]);
  const line = fake.lines.find(({ message }) => message === "origin refused");
  assert.equal(line?.level, "warn");
  assert.match(String(line?.record.detail), /APP_ORIGINS/);
});

Deno.test("many refused origins neither fill the log nor the memory", async () => {
  const fake = await makeFake();
  const app = createApp(fake.source);
  for (let i = 0; i < 200; i++) {
    await app.request("/usage/rates", { headers: { origin: `https://${i}.test` } });
  }
  assert.equal(refusals(fake).length, 50);
});

Deno.test("only an origin in the form that browsers send is logged", async () => {
  const fake = await makeFake();
  const app = createApp(fake.source);
  const texts = [`https://${"x".repeat(500)}.test`, "https://a.test/a b", "a@b.test", ""];
  for (const origin of [...texts, "null", "https://[::1]:5173"]) {
    await app.request("/usage/rates", { headers: { origin } });
  }
  assert.deepEqual(refusals(fake), ["null", "https://[::1]:5173"]);
});

Deno.test("any port of a loopback host is allowed if the list says so, and no similar origin", async () => {
  const origins = ["http://localhost:*", "http://[::1]:*"];
  const fake = await makeFake({ overrides: { origins } });
  const allows = async (origin: string) =>
    (await asked(fake, origin)).headers.get("access-control-allow-origin") === origin;
  for (const origin of ["http://localhost:5173", "http://localhost", "http://[::1]:4173"]) {
    assert(await allows(origin), origin);
  }
  const others = [
    ...["http://localhost:*", "http://localhost:", "http://localhost:0", "http://localhost:05173"],
    ...["http://localhost:5173.evil.test", "http://localhost.evil.test", "http://localhost:5173/"],
    ...["https://localhost:5173", "http://127.0.0.1:5173", "http://localhost:5173@evil.test"],
    "http://localhost:123456",
  ];
  for (const origin of others) assert(!await allows(origin), origin);
});

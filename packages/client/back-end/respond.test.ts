import { deepEqual, equal, rejects } from "node:assert/strict";
import { createFarthing } from "../mod.ts";
import { createFarthingServer, FarthingError } from "../server.ts";

const URL = "https://abc.supabase.co";
const OWN = "https://app.test/api/answers";
const tokenOf = (user: string) => `e30.${btoa(JSON.stringify({ sub: user }))}.${user}`;

/** An auth service that accepts these tokens, and responds to any other token with `status`. */
function authService(users: Record<string, string>, status = 403) {
  const asked: string[] = [];
  const fetch = (input: RequestInfo | globalThis.URL) => {
    const { url, headers } = input as Request;
    asked.push(`${url} ${headers.get("apikey")}`);
    const id = users[headers.get("authorization")?.slice("Bearer ".length) ?? ""];
    return Promise.resolve(id ? Response.json({ id }) : new Response("{}", { status }));
  };
  return { asked, server: createFarthingServer({ url: URL, secretKey: "secret", fetch }) };
}

type Server = ReturnType<typeof authService>["server"];

/**
 * A web page whose requests reach this back end, and whose session returns these tokens one after
 * another.
 */
function pageOf(
  { server, tokens, work }: {
    server: Server;
    tokens: (string | null)[];
    work: (userId: string, body: string) => Promise<unknown>;
  },
) {
  const requests: Headers[] = [];
  let at = 0;
  const farthing = createFarthing({
    url: URL,
    publishableKey: "pk",
    getAccessToken: ({ refresh }) => tokens[refresh ? ++at : at] ?? null,
    fetch: (input) => {
      const request = input as Request;
      requests.push(request.headers);
      return server.respond(request, async (userId) => work(userId, await request.text()));
    },
  });
  return { farthing, requests };
}

const say = (userId: string, body: string) => Promise.resolve(`${userId}: ${body}`);
const ask = { method: "POST", body: "Why?" };

Deno.test("the back end works for the user whose token the page sends", async () => {
  const { server, asked } = authService({ [tokenOf("ann")]: "ann" });
  const { farthing, requests } = pageOf({ server, tokens: [tokenOf("ann")], work: say });
  equal(await (await farthing.fetch(OWN, ask)).json(), "ann: Why?");
  deepEqual(asked, [`${URL}/auth/v1/user secret`]);
  equal(requests[0]!.get("apikey"), null);
});

Deno.test("the work may return its own Response, or nothing", async () => {
  const { server } = authService({ [tokenOf("ann")]: "ann" });
  const answers = [new Response("text", { status: 201 }), undefined];
  const work = () => Promise.resolve(answers.shift());
  const { farthing } = pageOf({ server, tokens: [tokenOf("ann")], work });
  const own = await farthing.fetch(OWN, ask);
  deepEqual([own.status, await own.text()], [201, "text"]);
  equal(await (await farthing.fetch(OWN, ask)).json(), null);
});

Deno.test("a token that is refused is renewed once, and the body is sent again", async () => {
  const { server } = authService({ [tokenOf("ann")]: "ann" });
  const stale = `${tokenOf("ann")}-stale`;
  const renewed = pageOf({ server, tokens: [stale, tokenOf("ann")], work: say });
  equal(await (await renewed.farthing.fetch(OWN, ask)).json(), "ann: Why?");
  equal(renewed.requests.length, 2);
  const revoked = pageOf({ server, tokens: [stale, `${stale}-2`, tokenOf("ann")], work: say });
  await rejects(revoked.farthing.fetch(OWN, ask), { code: "unauthenticated", status: 401 });
  equal(revoked.requests.length, 2);
});

Deno.test("a page without a session gets 401, and no work is done", async () => {
  const { server, asked } = authService({});
  const { farthing, requests } = pageOf({ server, tokens: [null], work: say });
  await rejects(farthing.fetch(OWN, ask), { code: "unauthenticated", status: 401 });
  deepEqual([requests.length, asked], [1, []]);
});

Deno.test("a request is not continued by another user", async () => {
  const { server } = authService({ [tokenOf("bob")]: "bob" });
  const tokens = [tokenOf("ann"), tokenOf("bob")];
  const { farthing, requests } = pageOf({ server, tokens, work: say });
  await rejects(farthing.fetch(OWN, ask), { code: "session_changed" });
  equal(requests.length, 1);
  const bob = pageOf({ server, tokens: [tokenOf("bob")], work: say });
  await rejects(bob.farthing.fetch(OWN, { signedInAs: "ann" }), { code: "session_changed" });
  equal(bob.requests.length, 0);
});

Deno.test("a refusal reaches the page as the same error, and is not repeated", async () => {
  const { server } = authService({ [tokenOf("ann")]: "ann" });
  const details = { required: "5", available: "0" };
  const facts = { code: "insufficient_credits", message: "Too few.", retryable: false } as const;
  const work = () => Promise.reject(new FarthingError({ ...facts, status: 402, details }));
  const { farthing, requests } = pageOf({ server, tokens: [tokenOf("ann")], work });
  await rejects(farthing.fetch(OWN, ask), { ...facts, status: 402, details });
  equal(requests.length, 1);
});

Deno.test("an unavailable auth service, or Farthing itself, is a 503 on the page", async () => {
  const lost = authService({}, 500);
  const unchecked = pageOf({ server: lost.server, tokens: [tokenOf("ann")], work: say });
  const unavailable = { code: "upstream_unavailable", status: 503, retryable: true };
  await rejects(unchecked.farthing.fetch(OWN, ask), unavailable);
  const { server } = authService({ [tokenOf("ann")]: "ann" });
  const facts = { code: "network_error", message: "No answer.", retryable: true } as const;
  const work = () => Promise.reject(new FarthingError({ ...facts, status: 0, retryAfter: 7 }));
  const unheld = pageOf({ server, tokens: [tokenOf("ann")], work });
  await rejects(unheld.farthing.fetch(OWN, ask), { ...facts, status: 503, retryAfter: 7 });
});

Deno.test("the app's own failures are thrown, and do not sign the user out", async () => {
  const { server } = authService({ [tokenOf("ann")]: "ann" });
  const request = () =>
    new Request(OWN, { headers: { authorization: `Bearer ${tokenOf("ann")}` } });
  const broken = new TypeError("a bug");
  await rejects(server.respond(request(), () => Promise.reject(broken)), broken);
  const facts = { code: "unauthenticated", message: "Wrong key.", retryable: false } as const;
  const refused = new FarthingError({ ...facts, status: 401 });
  await rejects(server.respond(request(), () => Promise.reject(refused)), refused);
});

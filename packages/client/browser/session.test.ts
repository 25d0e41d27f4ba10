import { deepEqual, equal, match, rejects, throws } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { createFarthing } from "../mod.ts";
import { createFarthingServer } from "../server.ts";
import { failure, success } from "../testing/fake-service.ts";

const URL = "https://abc.supabase.co";

/**
 * Makes a service that sends these responses in order, and records the credentials of each request.
 */
function answering(...steps: ReturnType<typeof success>[]) {
  const sent: (string | null)[] = [];
  const fetch = (input: RequestInfo | URL) => {
    const request = input as Request;
    sent.push(`${request.headers.get("apikey")} ${request.headers.get("authorization")}`);
    return Promise.resolve(steps.shift()!(request));
  };
  return { fetch: fetch as typeof globalThis.fetch, sent };
}

const session = (access_token: string) => Promise.resolve({ data: { session: { access_token } } });

Deno.test("the URL and the key are those of an unmodified supabase-js", async () => {
  const auth = { persistSession: false, autoRefreshToken: false };
  const supabase = createClient(URL, "sb_publishable_x", { auth });
  let url = "";
  const fetch = ((request: Request) => {
    url = request.url;
    return success([])(request);
  }) as typeof globalThis.fetch;
  await createFarthing({ supabase, fetch }).packages();
  equal(url, `${URL}/functions/v1/checkout/packages`);
});

Deno.test("calls whose session has expired share one refresh", async () => {
  let [current, refreshes] = ["old", 0];
  const auth = {
    getSession: () => session(current),
    refreshSession: () => {
      refreshes += 1;
      current = "new";
      return session(current);
    },
  };
  const expired = failure(401, "token_expired");
  const { fetch, sent } = answering(expired, expired, success({}), success({}));
  const farthing = createFarthing({ supabase: { auth }, url: URL, publishableKey: "pk", fetch });
  await Promise.all([farthing.credits.get(), farthing.credits.get()]);
  deepEqual(sent, ["pk Bearer old", "pk Bearer old", "pk Bearer new", "pk Bearer new"]);
  equal(refreshes, 1);
});

Deno.test("a token of the app's own function is asked for again when it has expired", async () => {
  const asked: boolean[] = [];
  const getAccessToken = ({ refresh }: { refresh: boolean }) => {
    asked.push(refresh);
    return refresh ? "new" : asked.includes(true) ? "new" : "old";
  };
  const { fetch, sent } = answering(failure(401, "token_expired"), success({}));
  const farthing = createFarthing({ url: `${URL}/`, publishableKey: "pk", getAccessToken, fetch });
  await farthing.credits.get();
  deepEqual(sent, ["pk Bearer old", "pk Bearer new"]);
});

const unavailable = { name: "AuthRetryableFetchError", status: 0 };
const revoked = { name: "AuthApiError", status: 400 };
const none = (error: typeof revoked) => Promise.resolve({ data: { session: null }, error });

Deno.test("a session that can't be refreshed now is a network_error, and not a sign-out", async () => {
  for (const error of [unavailable, { name: "AuthApiError", status: 503 }]) {
    const { fetch, sent } = answering(failure(401, "token_expired"));
    const known = { url: URL, publishableKey: "pk", fetch };
    const stale = { getSession: () => session("old"), refreshSession: () => none(error) };
    const expired = createFarthing({ supabase: { auth: stale }, ...known });
    await rejects(expired.credits.get(), { code: "network_error", status: 0, cause: error });
    equal(sent.length, 1);
    const lost = { getSession: () => none(error), refreshSession: () => none(error) };
    const unread = createFarthing({ supabase: { auth: lost }, ...known });
    await rejects(unread.credits.get(), { code: "network_error", status: 0 });
    equal(sent.length, 1);
  }
});

Deno.test("a session that has been revoked is a sign-out", async () => {
  const { fetch } = answering(failure(401, "token_expired"), failure(401, "unauthenticated"));
  const auth = { getSession: () => session("old"), refreshSession: () => none(revoked) };
  const known = { url: URL, publishableKey: "pk", fetch };
  const farthing = createFarthing({ supabase: { auth }, ...known });
  await rejects(farthing.credits.get(), { code: "token_expired", status: 401 });
  const gone = { getSession: () => none(revoked), refreshSession: () => none(revoked) };
  const signedOut = createFarthing({ supabase: { auth: gone }, ...known });
  await rejects(signedOut.credits.get(), { code: "unauthenticated", status: 401 });
});

Deno.test("a refresh that fails for one call may succeed for the next", async () => {
  let refreshes = 0;
  const getAccessToken = ({ refresh }: { refresh: boolean }) => {
    if (!refresh) return refreshes > 1 ? "new" : "old";
    refreshes += 1;
    if (refreshes === 1) throw new Error("offline");
    return "new";
  };
  const expired = failure(401, "token_expired");
  const { fetch } = answering(expired, expired, success({ balance: "1" }));
  const farthing = createFarthing({ url: URL, publishableKey: "pk", getAccessToken, fetch });
  await rejects(farthing.credits.get(), { code: "network_error" });
  equal((await farthing.credits.get()).balance, "1");
});

Deno.test("without a session only the publishable key is sent", async () => {
  const { fetch, sent } = answering(success([]));
  const getAccessToken = () => null;
  await createFarthing({ url: URL, publishableKey: "pk", getAccessToken, fetch }).packages();
  deepEqual(sent, ["pk null"]);
});

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36";

/** Calls `run` while the global object has this property, as in another runtime. */
function withGlobal(name: string, value: unknown, run: () => unknown): void {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { value, configurable: true });
  try {
    run();
  } finally {
    Reflect.deleteProperty(globalThis, name);
    if (own !== undefined) Object.defineProperty(globalThis, name, own);
  }
}

Deno.test("a secret key is refused by the user's client, and by every browser", () => {
  const getAccessToken = () => null;
  const options = { url: URL, publishableKey: "sb_secret_x", getAccessToken };
  throws(() => createFarthing(options), /@farthing\/client\/server/);
  const legacy = `e30.${btoa(JSON.stringify({ role: "service_role" }))}.signature`;
  throws(() => createFarthing({ ...options, publishableKey: legacy }), /@farthing\/client\/server/);
  const server = { url: URL, secretKey: "sb_secret_x" };
  for (const [name, value] of [["document", {}], ["navigator", { userAgent: CHROME }]] as const) {
    withGlobal(name, value, () => throws(() => createFarthingServer(server), /browser/));
  }
});

Deno.test("a back end starts the server's client, also where it looks like a worker", () => {
  const server = { url: URL, secretKey: "sb_secret_x" };
  const agents = ["Node.js/22", "Cloudflare-Workers", "Bun/1.3", "SupabaseEdgeRuntime/1.70"];
  for (const navigator of [undefined, {}, ...agents.map((userAgent) => ({ userAgent }))]) {
    withGlobal("navigator", navigator, () => createFarthingServer(server));
  }
  withGlobal("WorkerGlobalScope", class {}, () => createFarthingServer(server));
});

Deno.test("a publishable key is refused by a server's client", () => {
  const legacy = `e30.${btoa(JSON.stringify({ role: "anon" }))}.signature`;
  for (const secretKey of ["sb_publishable_x", legacy]) {
    throws(() => createFarthingServer({ url: URL, secretKey }), /Pass the secret key/);
  }
});

Deno.test("a missing URL or key is named", () => {
  const supabase = { auth: { getSession: () => session(""), refreshSession: () => session("") } };
  throws(() => createFarthing({ supabase }), /url is missing/);
  throws(() => createFarthing({ supabase, url: URL }), /publishableKey is missing/);
  throws(() => createFarthingServer({ url: "", secretKey: "" }), (error: Error) => {
    match(error.message, /url and secretKey/);
    return true;
  });
});

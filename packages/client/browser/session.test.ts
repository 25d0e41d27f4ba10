import { deepEqual, equal, match, throws } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { createFarthing } from "../mod.ts";
import { createFarthingServer } from "../server.ts";
import { failure, success } from "../testing/fake-service.ts";

const URL = "https://abc.supabase.co";

/**
 * Makes a service that sends these answers in order, and records the credentials of each request.
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

Deno.test("an expired session is refreshed once, for all calls that met it", async () => {
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

Deno.test("without a session only the publishable key is sent", async () => {
  const { fetch, sent } = answering(success([]));
  const getAccessToken = () => null;
  await createFarthing({ url: URL, publishableKey: "pk", getAccessToken, fetch }).packages();
  deepEqual(sent, ["pk null"]);
});

Deno.test("a secret key is refused by the user's client, and by every browser", () => {
  const getAccessToken = () => null;
  const options = { url: URL, publishableKey: "sb_secret_x", getAccessToken };
  throws(() => createFarthing(options), /@farthing\/client\/server/);
  Object.assign(globalThis, { document: {} });
  try {
    throws(() => createFarthingServer({ url: URL, secretKey: "sb_secret_x" }), /browser/);
  } finally {
    Reflect.deleteProperty(globalThis, "document");
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

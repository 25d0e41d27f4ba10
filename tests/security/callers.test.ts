/** Every route accepts its allowed callers and refuses all others. */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "zod";
import {
  backEnd,
  type Caller,
  envelope,
  get,
  nobody,
  post,
  refused,
  remove,
} from "../support/project/http.ts";
import { signUp, signUpAs, signUpOperator } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const ID = "00000000-0000-4000-8000-000000000000";

type Who = "none" | "user" | "secret" | "operator";

const ROUTES: [string, string, Who[]][] = [
  ["GET", "checkout/packages", ["none"]],
  ["POST", "checkout", ["user"]],
  ["GET", "checkout/orders", ["user", "operator"]],
  ["GET", `checkout/orders/${ID}`, ["user", "operator"]],
  ["GET", "credits", ["user", "operator"]],
  ["GET", "credits/entries", ["user", "operator"]],
  ["POST", "credits/grants", ["operator"]],
  ["GET", "credits/grants", ["operator"]],
  ["GET", `credits/grants/${ID}`, ["operator"]],
  ["POST", `credits/grants/${ID}/confirm`, ["operator"]],
  ["POST", `credits/grants/${ID}/decline`, ["operator"]],
  ["POST", "credits/debits", ["secret"]],
  ["POST", "credits/holds", ["secret"]],
  ["GET", `credits/holds/${ID}`, ["user", "operator"]],
  ["POST", `credits/holds/${ID}/settle`, ["secret"]],
  ["POST", `credits/holds/${ID}/release`, ["secret"]],
  ["GET", "usage/rates", ["none"]],
  ["POST", "usage/estimate", ["user", "secret"]],
  ["POST", "usage", ["secret"]],
  ["POST", "usage/batch", ["secret"]],
  ["POST", "jobs", ["user", "secret"]],
  ["GET", "jobs", ["user", "operator"]],
  ["GET", "jobs/dead", ["operator"]],
  ["GET", `jobs/${ID}`, ["user", "operator"]],
  ["DELETE", `jobs/${ID}`, ["user", "secret"]],
  ["GET", `jobs/${ID}/file`, ["user", "secret"]],
  ["POST", "job-runner", ["secret"]],
  ["POST", "payment-runner", ["secret"]],
  ["POST", "notification-runner", ["secret"]],
  // This route accepts only X-Webhook-Secret; tests/notifications/send.test.ts tests it.
  ["POST", "send-notification", []],
  ["GET", "credits/spend-cap", ["user", "operator"]],
  ["POST", "credits/spend-cap", ["user", "secret", "operator"]],
  ["GET", "top-ups", ["user", "operator"]],
  ["POST", "top-ups", ["user"]],
  ["POST", "top-ups/card", ["user"]],
  ["DELETE", "top-ups", ["user"]],
  ["DELETE", "top-ups/card", ["user"]],
  ["POST", "refunds", ["operator"]],
  ["GET", "refunds", ["operator"]],
  ["GET", `refunds/${ID}`, ["operator"]],
  ["GET", "disputes", ["operator"]],
  ["GET", `disputes/${ID}`, ["operator"]],
  ["GET", "mismatches", ["operator"]],
  ["POST", `mismatches/${ID}/resolve`, ["operator"]],
  ["GET", "notifications", ["operator"]],
  ["POST", `notifications/${ID}/retry`, ["operator"]],
  ["POST", "notifications/retry", ["operator"]],
  ["GET", "credits/welcome-grants", ["operator"]],
  ["POST", `credits/welcome-grants/${ID}/retry`, ["operator"]],
  ["POST", "credits/welcome-grants/retry", ["operator"]],
  ["GET", "payouts", ["operator"]],
  ["GET", `payouts/${ID}`, ["operator"]],
  ["GET", "proofs", ["operator"]],
  ["GET", `proofs/${ID}`, ["operator"]],
  ["GET", "alerts", ["operator"]],
  ["GET", `alerts/${ID}`, ["operator"]],
  ["GET", "reports/actors", ["operator"]],
  ["GET", "reports/credits", ["operator"]],
  ["GET", "reports/liabilities", ["operator"]],
  ["GET", "reports/journal", ["operator"]],
  ["GET", "reports/revenue", ["operator"]],
  ["GET", "reports/metrics", ["operator"]],
  ["GET", "reports/payouts", ["operator"]],
  ["GET", `reports/payouts/${ID}`, ["operator"]],
  ["GET", "customers", ["operator"]],
  ["GET", `customers/${ID}`, ["operator"]],
  ["GET", `customers/${ID}/reads`, ["operator"]],
  ["GET", "reports/funnel", ["operator"]],
  ["GET", "reports/kpis", ["operator"]],
  ["GET", "reports/usage", ["operator"]],
  ["GET", "settings/packages", ["operator"]],
  ["POST", "settings/packages", ["operator"]],
  ["GET", "settings/rates", ["operator"]],
  ["POST", "settings/rates", ["operator"]],
  ["GET", "settings/policy", ["operator"]],
  ["POST", "settings/policy", ["operator"]],
  ["GET", "settings/alerts", ["operator"]],
  ["POST", "settings/alerts", ["operator"]],
  ["GET", "settings/blocked-domains", ["operator"]],
  ["POST", "settings/blocked-domains", ["operator"]],
  ["GET", "settings/flags", ["operator"]],
  ["POST", "settings/flags", ["operator"]],
  ["GET", "settings/accounting", ["operator"]],
  ["POST", "settings/accounting", ["operator"]],
  ["GET", "settings/journal-codes", ["operator"]],
  ["POST", "settings/journal-codes", ["operator"]],
  ["POST", `alerts/${ID}/acknowledge`, ["operator"]],
  ["GET", "webhook-events", ["operator"]],
  ["GET", `webhook-events/${ID}`, ["operator"]],
  ["POST", `webhook-events/${ID}/replay`, ["operator"]],
  ["POST", "webhook-events/replay", ["operator"]],
  ["POST", "webhook-events/backfill", ["operator"]],
  ["POST", "ai/chat", ["user"]],
  ["POST", "ai/v1/chat/completions", ["user", "secret"]],
  ["GET", "ai/v1/models", ["user", "secret"]],
  ["GET", "ai/v1/models/gpt-4o", ["user", "secret"]],
  ["POST", "ai/research", ["user"]],
  ["POST", "providers", ["user"]],
  ["GET", "providers/me", ["user"]],
  ["POST", "providers/me/onboarding-link", ["user"]],
  ["POST", "bookings", ["user"]],
  ["GET", "bookings", ["user", "operator"]],
  ["GET", `bookings/${ID}`, ["user", "operator"]],
  ["POST", `bookings/${ID}/confirm`, ["user"]],
  ["POST", `bookings/${ID}/complete`, ["user"]],
  ["DELETE", `bookings/${ID}`, ["user"]],
  ["GET", "features", ["none"]],
  ["POST", "features/b2b", ["operator"]],
  ["GET", "fraud/decisions", ["operator"]],
  ["GET", "fraud/blocked", ["operator"]],
  ["POST", "fraud/blocked", ["operator"]],
  ["DELETE", `fraud/blocked/${ID}`, ["operator"]],
  ["GET", "fraud/warnings", ["operator"]],
  ["POST", `fraud/warnings/${ID}/clear`, ["operator"]],
  ["GET", "fraud/policy", ["operator"]],
  ["POST", "fraud/policy", ["operator"]],
  ["GET", "health", ["none"]],
  ["GET", "health/metrics", ["secret"]],
  ["POST", "health/deep", ["secret"]],
  ["GET", "health/tasks", ["operator"]],
  ["GET", "health/hours", ["operator"]],
  ["GET", "health/figures", ["operator"]],
  ["GET", "health/live", ["none"]],
  ["GET", "health/ready", ["none"]],
  ["GET", "health/openapi.json", ["none"]],
];

/**
 * Returns the expected result of a call: "in" for an allowed caller, 403 for any other known
 * caller, and 401 for an anonymous caller.
 */
function expected(who: Who[], caller: string): "in" | 401 | 403 {
  if (who.includes("none")) return "in";
  const isPerson = ["user", "member", "operator"].includes(caller);
  if (isPerson && who.includes("user")) return "in";
  if (caller === "operator" && who.includes("operator")) return "in";
  if (caller === "secret" && (who.includes("secret") || who.includes("operator"))) return "in";
  return isPerson || caller === "secret" ? 403 : 401;
}

function call(method: string, path: string, as: Caller) {
  if (method === "DELETE") return remove(world, path, as);
  return method === "GET" ? get(world, path, as) : post(world, path, as, {});
}

Deno.test("every route admits its allowed callers and refuses all others", async (t) => {
  const user = (await signUp(world)).as;
  const operator = (await signUpOperator(world)).as;
  const callers: Record<string, Caller> = {
    ...{ nobody, publishable: { apikey: world.publishableKey }, user, operator },
    // This user has a role that the app defines, and that Farthing does not know.
    member: (await signUpAs(world, "member")).as,
    secret: backEnd(world),
  };
  for (const [method, path, who] of ROUTES) {
    await t.step(`${method} ${path.replace(ID, ":id")}`, async () => {
      for (const [name, as] of Object.entries(callers)) {
        const answer = await call(method, path, as);
        const wanted = expected(who, name);
        if (wanted === 401) refused(answer, 401, "unauthenticated");
        else if (wanted === 403) refused(answer, 403, "forbidden");
        else equal([401, 403].includes(answer.status), false, `${name}: ${answer.text}`);
        equal(answer.status < 500, true, `${name}: ${answer.text}`);
      }
    });
  }
});

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

Deno.test("no route is missing from the list of allowed callers", async () => {
  const { paths } = documentSchema.parse(
    JSON.parse((await get(world, "health/openapi.json", nobody)).text),
  );
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice(1)}`)
  );
  const listed = ROUTES.map(([method, path]) =>
    `${method} ${
      path.replace(ID, "{id}").replace("po_1", "{id}").replace("features/b2b", "features/{name}")
        .replace("models/gpt-4o", "models/{model}")
    }`
  );
  // Stripe's webhook is not in the list of routes, because it authenticates requests by their
  // signature. Other tests cover the webhook.
  deepEqual(documented.sort(), [...listed, "POST stripe-webhook"].sort());
});

Deno.test("a bad credential is a 401 even on a route that needs none", async () => {
  const bad: Caller[] = [
    { apikey: "sb_secret_wrong" },
    { apikey: "sb_publishable_wrong" },
    { apikey: "" },
    { apikey: `${world.secretKey}x` },
    { apikey: world.secretKey.slice(0, -1) },
    { apikey: world.secretKey.toUpperCase() },
    { authorization: "Bearer x" },
    { authorization: "Bearer a.b.c" },
    { authorization: "Bearer " },
    { authorization: "Basic dXNlcjpwYXNz" },
    { authorization: world.secretKey },
    { authorization: `Bearer ${world.secretKey}` },
    { apikey: world.publishableKey, authorization: "Bearer x" },
    { apikey: world.secretKey, authorization: "Bearer x" },
  ];
  for (const [method, path] of ROUTES) {
    for (const as of bad) {
      const answer = await call(method, path, as);
      // OpenAI's SDK can send its API key only as a bearer token. So these routes accept the secret
      // key as a bearer token, too.
      const isKey = path.startsWith("ai/v1/") &&
        as["authorization"] === `Bearer ${world.secretKey}`;
      if (isKey) equal([200, 400].includes(answer.status), true, answer.text);
      else refused(answer, 401, "unauthenticated");
    }
  }
});

Deno.test("a user can't send user_id, and the back end must send it", async () => {
  const [a, b] = [await signUp(world), await signUp(world)];
  for (const path of ["credits", "credits/entries"]) {
    for (const id of [b.id, a.id]) {
      refused(await get(world, `${path}?user_id=${id}`, a.as), 400, "invalid_request", "user_id");
    }
    refused(await get(world, path, backEnd(world)), 400, "invalid_request", "user_id");
  }
  const body = { user_id: b.id, package_id: "x" };
  refused(await post(world, "checkout", a.as, body), 400, "invalid_request", "user_id");
});

Deno.test("a user's token beside a secret key authenticates the user on a user's route", async () => {
  const person = await signUp(world);
  const both = { ...person.as, apikey: world.secretKey };
  const answer = await get(world, "credits", both);
  equal(answer.status, 200, answer.text);
  const named = await get(world, `credits?user_id=${person.id}`, both);
  refused(named, 400, "invalid_request", "user_id");
});

Deno.test("answers show no internals", async () => {
  const answers = [
    await get(world, "credits/holds/x", backEnd(world)),
    await post(world, "usage", backEnd(world), "{"),
    await get(world, "credits/..%2f..%2fetc", backEnd(world)),
    await get(world, `checkout/orders/${ID}'--`, (await signUp(world)).as),
  ];
  for (const answer of answers) {
    equal(/farthing\.|select |\.ts:|node_modules|postgres/i.test(answer.text), false, answer.text);
    equal(envelope(answer).error?.type !== "server", true, answer.text);
  }
});

/**
 * The data API: a browser reads its own user's rows, can't write, and can't call a function that
 * moves money.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { ledgerOf, proven, withSql } from "../support/project/database.ts";
import {
  type Answer,
  backEnd,
  type Caller,
  data,
  get,
  post,
  refused,
  send,
} from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { buy, openCheckout } from "../support/money/purchases.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const anon: Caller = { apikey: world.publishableKey };

function rest(as: Caller, path: string, method = "GET", body?: object): Promise<Answer> {
  return send(`${world.url}/rest/v1/${path}`, {
    method,
    headers: {
      ...as,
      "accept-profile": "farthing_public",
      "content-profile": "farthing_public",
      "content-type": "application/json",
      prefer: "return=representation",
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

const VIEWS = ["credits", "credit_lots", "credit_entries", "credit_holds", "orders"];

/** Creates a user who has a row in each view. */
async function withEverything(): Promise<{ person: Person; holdId: string; orderId: string }> {
  const person = await signUp(world);
  await buy(world, person);
  const { order_id } = await openCheckout(world, person, "Plus");
  const body = { user_id: person.id, amount: "5" };
  const held = await post(world, "credits/holds", backEnd(world), body);
  return { person, holdId: data(held, 201, OpenedHold).hold_id, orderId: order_id };
}

Deno.test("T13: only the back end can call a money function through the data API", async () => {
  const user = await signUp(world);
  const operator = await signUpOperator(world);
  const before = await ledgerOf(world, user.id);
  const functions = await withSql(world, (sql) =>
    sql<{ name: string; args: string[] | null }[]>`
    select p.proname as name, p.proargnames as args from pg_catalog.pg_proc p
    where p.pronamespace = 'farthing_public'::regnamespace`);
  ok(functions.length >= 20);
  const known: Record<string, unknown> = {
    p_user_id: user.id,
    p_amount: "1000",
    p_source: "promotional",
    p_reason: "mine",
    p_limit: 20,
    p_ttl_seconds: 60,
    p_dry_run: false,
  };
  for (const { name, args } of functions) {
    const body = Object.fromEntries((args ?? []).map((arg) => [arg, known[arg] ?? null]));
    for (const as of [anon, user.as, operator.as]) {
      for (const given of [body, {}]) {
        const answer = await rest(as, `rpc/${name}`, "POST", given);
        ok([401, 403, 404].includes(answer.status), `${name}: ${answer.status} ${answer.text}`);
      }
      ok([401, 403, 404, 405].includes((await rest(as, `rpc/${name}`)).status), name);
    }
  }
  deepEqual(await ledgerOf(world, user.id), before);
  const allowed = await rest({ apikey: world.secretKey }, "rpc/checkout_packages", "POST", {});
  equal(allowed.status, 200, allowed.text);
});

Deno.test("T13: no role but the service has execute on a function of ours", async () => {
  const open = await withSql(world, (sql) =>
    sql`
    select n.nspname || '.' || p.proname as function, r.rolname
    from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
    cross join (values ('anon'), ('authenticated')) r (rolname)
    where n.nspname in ('farthing_public', 'farthing')
      and has_function_privilege(r.rolname, p.oid, 'execute')`);
  deepEqual([...open], []);
});

Deno.test("a user sees their own rows in every view and no other user's rows", async () => {
  const [a, b] = [await withEverything(), await withEverything()];
  const stranger = await signUp(world);
  for (const view of VIEWS) {
    const own = await rest(a.person.as, view);
    equal(own.status, 200, own.text);
    const rows: unknown[] = JSON.parse(own.text);
    ok(rows.length > 0, view);
    for (const foreign of [b.holdId, b.orderId, b.person.id]) {
      equal(own.text.includes(foreign), false, view);
    }
    deepEqual(JSON.parse((await rest(stranger.as, view)).text), [], view);
    const anonymous = await rest(anon, view);
    equal([401, 403, 404].includes(anonymous.status), true, `${view}: ${anonymous.text}`);
  }
  const byId = await rest(a.person.as, `orders?id=eq.${b.orderId}`);
  deepEqual(JSON.parse(byId.text), []);
  const packages = await rest(anon, "packages?select=name");
  equal(packages.status, 200, packages.text);
});

Deno.test("a user sees no other user's data through the functions", async () => {
  const [a, b] = [await withEverything(), await signUp(world)];
  refused(await get(world, `checkout/orders/${a.orderId}`, b.as), 404, "not_found");
  refused(await get(world, `credits/holds/${a.holdId}`, b.as), 404, "not_found");
  for (const path of ["credits", "credits/entries", "checkout/orders"]) {
    const answer = await get(world, path, b.as);
    equal(answer.status, 200);
    for (const foreign of [a.person.id, a.orderId, a.holdId, "9990"]) {
      equal(answer.text.includes(foreign), false, `${path}: ${answer.text}`);
    }
  }
  const csv = await get(world, "credits/entries?format=csv", b.as);
  equal(csv.text.trimEnd().split("\r\n").length, 1);
});

const TABLES = [
  "accounts",
  "lots",
  "entries",
  "inbox",
  "idempotency_keys",
  "rates",
  "usage_events",
];

Deno.test("a browser can't write a row through the data API", async () => {
  const { person, orderId } = await withEverything();
  const before = await ledgerOf(world, person.id);
  const row = {
    id: orderId,
    balance: "1000000",
    amount: "1000000",
    remaining: "1",
    status: "paid",
  };
  for (const target of [...VIEWS, "packages", ...TABLES]) {
    for (const as of [anon, person.as]) {
      for (const method of ["POST", "PATCH", "DELETE", "PUT"]) {
        const answer = await rest(as, `${target}?id=eq.${orderId}`, method, row);
        // PostgreSQL refuses a write to a read-only view before it checks permissions, so the status
        // varies.
        ok(answer.status >= 400, `${method} ${target}: ${answer.text}`);
      }
    }
  }
  deepEqual(await ledgerOf(world, person.id), before);
  await proven(world);
});

Deno.test("the data API does not reach the private schema with any profile", async () => {
  const { as } = await signUp(world);
  for (const caller of [anon, as, { apikey: world.secretKey }]) {
    for (const profile of ["farthing", "auth", "pg_catalog", "cron"]) {
      const headers = { "accept-profile": profile, "content-profile": profile };
      for (const table of ["accounts", "users", "pg_authid", "job"]) {
        const answer = await rest({ ...caller, ...headers }, table);
        ok(answer.status >= 400 && answer.status < 500, `${profile}.${table}: ${answer.text}`);
      }
      const call = await rest({ ...caller, ...headers }, "rpc/prove", "POST", {});
      ok(call.status >= 400 && call.status < 500, `${profile}: ${call.text}`);
    }
  }
});

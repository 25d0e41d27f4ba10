/**
 * Operators list requests for welcome credits, queue refused users again, and block domains. This
 * file writes the requests for welcome credits by SQL, because an enabled policy would grant
 * credits to users of other tests.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import { CustomerPage } from "../../supabase/functions/_shared/contracts/customer-page.ts";
import { CustomerRead } from "../../supabase/functions/_shared/contracts/customers.ts";
import { BlockedDomainSettings } from "../../supabase/functions/_shared/contracts/settings/blocked-domains.ts";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import {
  RetriedWelcome,
  WelcomeGrant,
} from "../../supabase/functions/_shared/contracts/welcome.ts";
import { proven, withPolicy, withSql } from "../support/project/database.ts";
import {
  type Answer,
  backEnd,
  type Caller,
  data,
  get,
  nobody,
  post,
  refused,
} from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const operator = await signUpOperator(world);
const ROUTE = "credits/welcome-grants";
const reason = "A real user.";

/** Stores a request that was refused for this reason at this time, and returns its id. */
function refusedRequest({ id }: Person, refusedAs: string, decidedAt: string): Promise<string> {
  return withSql(world, async (sql) => {
    const [row] = await sql<{ nr: string }[]>`
      insert into farthing.welcome_grants (user_id, status, reason, decided_at)
      values (${id}, 'refused', ${refusedAs}, ${decidedAt}) returning request_nr as nr`;
    return String(row!.nr);
  });
}

const listOf = async (query: string, as: Caller = operator.as) =>
  data(await get(world, `${ROUTE}?${query}`, as), 200, z.array(WelcomeGrant));

Deno.test("an operator lists a user's request, and the user's page shows it; both are recorded", async () => {
  const user = await signUp(world);
  const id = await refusedRequest(user, "day_ceiling", "2001-01-01T12:00:00Z");
  const [listed, ...others] = await listOf(`user_id=${user.id}&refused_as=day_ceiling`);
  deepEqual(others, []);
  deepEqual([listed?.id, listed?.address, listed?.status], [id, user.email, "refused"]);
  deepEqual(await listOf(`user_id=${user.id}&status=granted`, backEnd(world)), []);
  const all = await listOf("status=refused&limit=100", backEnd(world));
  equal(all.find((each) => each.id === id)?.address?.replace(/^./, ""), "***@example.com");

  const path = `customers/${user.id}`;
  const { welcome_grant } = data(await get(world, path, operator.as), 200, CustomerPage);
  deepEqual([welcome_grant?.id, welcome_grant?.refused_as], [id, "day_ceiling"]);
  const reads = data(await get(world, `${path}/reads`, operator.as), 200, z.array(CustomerRead));
  deepEqual(
    reads.filter(({ author }) => author === `operator:${operator.id}`).slice(0, 3).map(
      ({ route }) => route,
    ),
    ["GET /customers/{id}/reads", "GET /customers/{id}", `GET /${ROUTE}`],
  );
});

Deno.test("users and visitors read no requests, queue nobody and block no domain", async () => {
  const [user, other] = [await signUp(world), await signUp(world)];
  const id = await refusedRequest(other, "day_ceiling", "2001-02-01T12:00:00Z");
  const since = "2001-02-01T00:00:00Z";
  for (
    const [as, status, code] of [[user.as, 403, "forbidden"], [
      nobody,
      401,
      "unauthenticated",
    ]] as const
  ) {
    refused(await get(world, ROUTE, as), status, code);
    refused(await get(world, `${ROUTE}?user_id=${other.id}`, as), status, code);
    refused(await post(world, `${ROUTE}/${id}/retry`, as, { reason }), status, code);
    refused(await post(world, `${ROUTE}/retry`, as, { since, reason }), status, code);
    refused(await get(world, "settings/blocked-domains", as), status, code);
    const list = { domains: [], version: "0", reason };
    refused(await post(world, "settings/blocked-domains", as, list), status, code);
  }
  equal((await listOf(`user_id=${other.id}`))[0]?.status, "refused");
});

Deno.test("a retry is refused without a reason, a known id, a valid id or a time", async () => {
  const id = await refusedRequest(await signUp(world), "off", "2001-03-01T12:00:00Z");
  const as = operator.as;
  refused(await post(world, `${ROUTE}/${id}/retry`, as, {}), 400, "invalid_request", "reason");
  refused(
    await post(world, `${ROUTE}/9223372036854775807/retry`, as, { reason }),
    404,
    "not_found",
    "id",
  );
  refused(await post(world, `${ROUTE}/x/retry`, as, { reason }), 400, "invalid_request", "id");
  refused(await post(world, `${ROUTE}/retry`, as, { reason }), 400, "invalid_request", "since");
  const since = "2001-03-01T00:00:00Z";
  refused(await post(world, `${ROUTE}/retry`, as, { since }), 400, "invalid_request", "reason");
  refused(await get(world, `${ROUTE}?status=dead`, as), 400, "invalid_request", "status");
});

Deno.test("a dry run counts refused users, and a retry queues and audits them", async () => {
  const people = [await signUp(world), await signUp(world), await signUp(world)];
  const day = "2001-04-01";
  const reasons = ["day_ceiling", "day_ceiling", "domain_blocked"];
  const ids: string[] = [];
  for (const [nr, person] of people.entries()) {
    ids.push(await refusedRequest(person, reasons[nr]!, `${day}T12:00:0${nr}Z`));
  }
  const body = { since: `${day}T00:00:00Z`, until: `${day}T23:00:00Z` };
  const read = (answer: Answer) => {
    const { until, ...found } = data(answer, 200, RetriedWelcome);
    equal(Date.parse(until), Date.parse(body.until));
    return found;
  };
  const ask = async (more: object) =>
    read(await post(world, `${ROUTE}/retry`, operator.as, { ...body, ...more }));
  const ceiling = { refused_as: "day_ceiling", count: 2 };
  deepEqual(await ask({ dry_run: true }), {
    dry_run: true,
    found: [ceiling, { refused_as: "domain_blocked", count: 1 }],
    retried: 0,
  });
  const one = { ...body, refused_as: "day_ceiling", reason };
  const key = crypto.randomUUID();
  const first = await post(world, `${ROUTE}/retry`, operator.as, one, { key });
  deepEqual(read(first), { dry_run: false, found: [ceiling], retried: 2 });
  const again = await post(world, `${ROUTE}/retry`, operator.as, one, { key });
  equal(again.headers.get("idempotency-replayed"), "true");
  deepEqual(await ask({ refused_as: "day_ceiling", reason }), {
    dry_run: false,
    found: [],
    retried: 0,
  });
  for (const [nr, person] of people.entries()) {
    equal((await listOf(`user_id=${person.id}`))[0]?.retried_at !== null, nr < 2);
  }
  const audit = await withSql(world, (sql) =>
    sql<{ author: string; reason: string }[]>`
    select author, reason from farthing.audit where table_name = 'welcome_grants'
      and row_key ->> 'request_nr' = any (${ids})`);
  deepEqual(
    audit.map((row) => ({ ...row })),
    Array(2).fill({ author: `operator:${operator.id}`, reason }),
  );
  await proven(world);
});

Deno.test("an operator replaces the blocked domains by the version that they have read", () =>
  withPolicy(world, "exclusive", async () => {
    const path = "settings/blocked-domains";
    const read = async () => data(await get(world, path, operator.as), 200, BlockedDomainSettings);
    const own = `${crypto.randomUUID()}.example`;
    const { version, domains } = await read();
    const body = { version, domains: [...domains, own.toUpperCase()], reason };
    const dry = await post(world, path, operator.as, { ...body, dry_run: true });
    const added = [{
      name: own,
      change: "added" as const,
      version: null,
      fields: [{ field: "domain", from: null, to: own }],
    }];
    deepEqual(data(dry, 200, SettingsChanged).changes, added);
    deepEqual((await read()).domains, domains);
    deepEqual(
      data(await post(world, path, operator.as, body), 200, SettingsChanged).changes,
      added,
    );
    refused(await post(world, path, backEnd(world), body), 409, "version_conflict");
    const changed = await read();
    ok(changed.domains.includes(own));
    deepEqual([changed.history[0]?.author, changed.history[0]?.name], [
      `operator:${operator.id}`,
      own,
    ]);
    const back = { version: changed.version, domains, reason };
    const removed = data(await post(world, path, backEnd(world), back), 200, SettingsChanged);
    deepEqual(removed.changes.map(({ change, name }) => [change, name]), [["removed", own]]);
    const wrong = { ...back, domains: ["ok.example", "not a domain"] };
    refused(await post(world, path, operator.as, wrong), 400, "invalid_request", "domains[1]");
  }));

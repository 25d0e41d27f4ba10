/**
 * Hostile callers and values on every route of settings. The tests compare the whole tables before
 * and after each request.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { proven, withPackages, withPolicy, withSql } from "../support/project/database.ts";
import { backEnd, type Caller, data, get, nobody, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const DAY_MS = 86_400_000;
/** A day on which no other test reads the journal. */
const NEXT_YEAR = new Date(Date.now() + 365 * DAY_MS).toISOString().slice(0, 10);

/** A package that no test sells. */
const PACKAGE = {
  slug: "bgn-hostile",
  name: "Лев ฿ \u202e<b>",
  credits: "1",
  prices: [{ currency: "bgn", amount: 100 }, { currency: "thb", amount: 2000 }],
};

/** For each route: its name, its table, and a change to a value that a new project does not have. */
const ROUTES: [string, string, Record<string, unknown>][] = [
  ["packages", "packages", { packages: [PACKAGE] }],
  ["rates", "rates", {
    rates: [{ model: "hostile", input_per_million_usd: "1", output_per_million_usd: "1" }],
  }],
  ["policy", "policy", { changes: { bookings_per_provider_hour: 777 } }],
  ["alerts", "alert_rules", { rules: [{ rule: "tasks_stopped", minimum: 31337 }] }],
  ["flags", "features", { flags: [{ name: "b2b", state: "percentage", percentage: 99.99 }] }],
  ["accounting", "accounting_policies", {
    policies: [{ name: "bonus_allocation", value: "zero" }],
  }],
  ["journal-codes", "journal_accounts", { codes: [{ account: "disputes", code: "bgn-1" }] }],
];

/**
 * Returns the rows of a table, and the number of audit rows about refused changes and dry runs, as
 * one text. Leaves out what other tests or Stripe's first event may change meanwhile: the rule
 * auth_failures, the author and time of a row's last change, and `livemode`.
 */
const rowsOf = (table: string) =>
  withSql(world, async (sql) => {
    const [row] = await sql`
      select (select coalesce(jsonb_agg(r order by r::text), '[]')
        from (select to_jsonb(t) - '{livemode,changed_by,changed_at}'::text[]
          from ${sql(`farthing.${table}`)} t) l (r)
        where r ->> 'rule' is distinct from 'auth_failures')::text || ' ' || (select count(*)
        from farthing.audit where table_name = ${table} and reason in ('a dry run', 'mine')) as rows`;
    return String(row?.rows);
  });

const versionOf = async (name: string): Promise<string> =>
  JSON.parse((await get(world, `settings/${name}`, backEnd(world))).text).data.version;

/**
 * Sends a change with the current version. Repeats it if another test has changed the same settings
 * meanwhile.
 */
function send(name: string, as: Caller, body: object) {
  return until(`the version of ${name} is the current one`, async () => {
    const version = await versionOf(name);
    const answer = await post(world, `settings/${name}`, as, { version, reason: "x", ...body });
    return answer.status === 409 ? undefined : answer;
  });
}

/**
 * Runs a test while no other test changes packages or the policy. The tests in tests/input may set
 * the flag b2b to `on`, its default, so the tests in this file do not change the flag.
 */
const alone = (use: () => Promise<void>) =>
  withPackages(world, "exclusive", () => withPolicy(world, "exclusive", use));

Deno.test("a dry run of a route answers with the change, and changes no row", () =>
  alone(async () => {
    const operator = await signUpOperator(world);
    for (const [name, table, body] of ROUTES.filter(([name]) => name !== "rates")) {
      const before = await rowsOf(table);
      const done = data(
        await send(name, operator.as, { ...body, dry_run: true, reason: undefined }),
        200,
        SettingsChanged,
      );
      deepEqual([name, done.dry_run, done.changes.length > 0], [name, true, true]);
      equal(await rowsOf(table), before, name);
    }
    await proven(world);
  }));

Deno.test("a user, an anonymous caller and a forged token change no settings", () =>
  alone(async () => {
    const user = await signUp(world);
    const operator = await signUpOperator(world);
    const [header, payload] = (operator.as.authorization ?? "").split(".");
    const forged = { ...operator.as, authorization: `${header}.${payload}.c2lnbmF0dXJl` };
    for (const [name, table, body] of ROUTES) {
      const before = name === "rates" ? "" : await rowsOf(table);
      const request = { ...body, version: await versionOf(name), reason: "mine" };
      refused(await post(world, `settings/${name}`, user.as, request), 403, "forbidden");
      refused(await post(world, `settings/${name}`, nobody, request), 401, "unauthenticated");
      refused(await post(world, `settings/${name}`, forged, request), 401, "unauthenticated");
      refused(await get(world, `settings/${name}`, user.as), 403, "forbidden");
      refused(await get(world, `settings/${name}`, nobody), 401, "unauthenticated");
      if (name !== "rates") equal(await rowsOf(table), before, name);
    }
  }));

Deno.test("an operator who has lost the role changes no settings, flags or limits", () =>
  alone(async () => {
    const former = await signUpOperator(world);
    await withSql(world, (sql) =>
      sql`
      update auth.users set raw_app_meta_data = raw_app_meta_data - 'role' where id = ${former.id}`);
    for (const [name, table, body] of ROUTES) {
      const before = name === "rates" ? "" : await rowsOf(table);
      const request = { ...body, version: await versionOf(name), reason: "before I go" };
      refused(await post(world, `settings/${name}`, former.as, request), 403, "forbidden");
      if (name !== "rates") equal(await rowsOf(table), before, name);
    }
    const flag = await post(world, "features/b2b", former.as, { state: "on" }, { key: null });
    refused(flag, 403, "forbidden");
    const limits = { sessions_per_ip_hour: 1000 };
    refused(await post(world, "fraud/policy", former.as, limits), 403, "forbidden");
    await proven(world);
  }));

Deno.test("a page of another origin gets no right to read an answer of settings", async () => {
  for (const [name] of ROUTES) {
    const headers = { origin: "https://evil.test" };
    const answer = await get(world, `settings/${name}`, backEnd(world), headers);
    equal(answer.headers.get("access-control-allow-origin"), null, name);
  }
});

/** Values that each field in VALUES must refuse. Some fields are numbers, and others are times. */
const NUMBERS = ["NaN", "Infinity", "-1", "1e308", "9".repeat(40), "0x10", "１２", "", " 1"];
const VALUES: [string, (value: unknown) => object][] = [
  ["packages", (credits) => ({ packages: [{ ...PACKAGE, credits }] })],
  ["packages", (amount) => ({
    packages: [{ ...PACKAGE, prices: [{ currency: "bgn", amount }] }],
  })],
  ["packages", (effective_from) => ({ packages: [{ ...PACKAGE, effective_from }] })],
  ["rates", (price) => ({
    rates: [{ model: "hostile", input_per_million_usd: price, output_per_million_usd: "1" }],
  })],
  ["rates", (effective_from) => ({
    rates: [{
      model: "hostile",
      input_per_million_usd: "1",
      output_per_million_usd: "1",
      effective_from,
    }],
  })],
  ["policy", (value) => ({ changes: { bookings_per_provider_hour: value } })],
  ["alerts", (threshold) => ({ rules: [{ rule: "tasks_stopped", threshold }] })],
  ["flags", (percentage) => ({ flags: [{ name: "b2b", state: "percentage", percentage }] })],
  ["accounting", (effective_from) => ({
    policies: [{ name: "breakage", value: "at_expiry", effective_from }],
  })],
  ["accounting", (value) => ({ policies: [{ name: "breakage", value }] })],
  ["journal-codes", (effective_from) => ({
    codes: [{ account: "disputes", code: "1", effective_from }],
  })],
];

for (const [name, bodyWith] of VALUES) {
  const field = JSON.stringify(bodyWith("?")).match(/"(\w+)":"\?"/)?.[1];
  Deno.test(`no bad number is accepted as ${field} of ${name}, and the refusal names a field`, async () => {
    const version = await versionOf(name);
    for (const value of NUMBERS) {
      const request = { ...bodyWith(value), version, reason: "x", dry_run: true };
      const answer = await post(world, `settings/${name}`, backEnd(world), request);
      // If another test has changed the same settings, the answer is a different refusal, which is accepted
      // here, too.
      if (answer.status === 409) continue;
      equal(answer.status, 400, `${value}: ${answer.text}`);
      ok(JSON.parse(answer.text).error.field, value);
    }
  });
}

Deno.test("bodies that are not JSON, too deeply nested or with NUL get 400, never 500", async () => {
  for (const [name] of ROUTES) {
    for (
      const body of ['{"version": NaN}', "[".repeat(20_000), "null", '"x"', '{"reason": "\\u0000"}']
    ) {
      const answer = await post(world, `settings/${name}`, backEnd(world), body);
      equal(answer.status, 400, `${name} ${body.slice(0, 20)}: ${answer.text}`);
    }
  }
});

Deno.test("a reason may be in any script, and is stored as it was sent", () =>
  alone(async () => {
    const operator = await signUpOperator(world);
    const reason = "เปิดร้าน 🇧🇬 \u202e' or 1=1; --";
    const flag = { name: "b2c", state: "percentage", percentage: 100 };
    await send("flags", operator.as, { flags: [flag], reason });
    await send("flags", operator.as, { flags: [{ name: "b2c", state: "on" }], reason: "back" });
    const { history } = JSON.parse((await get(world, "settings/flags", operator.as)).text).data;
    const past = history.find((each: { reason: string }) => each.reason === reason);
    equal(past?.author, `operator:${operator.id}`);
  }));

Deno.test("a key that is sent again with another body is refused, and a secret key is its own author", () =>
  alone(async () => {
    const operator = await signUpOperator(world);
    const key = crypto.randomUUID();
    const body = {
      flags: [{ name: "b2c", state: "percentage", percentage: 100 }],
      version: await versionOf("flags"),
      reason: "once",
    };
    const first = await post(world, "settings/flags", operator.as, body, { key });
    const done = data(first, 200, SettingsChanged);
    const again = await post(world, "settings/flags", operator.as, body, { key });
    equal(again.headers.get("idempotency-replayed"), "true");
    deepEqual(data(again, 200, SettingsChanged), done);
    const rows = await rowsOf("features");
    const other = { ...body, flags: [{ name: "b2b", state: "off" }] };
    refused(
      await post(world, "settings/flags", operator.as, other, { key }),
      422,
      "idempotency_key_reused",
    );
    // Idempotency keys are separate for each caller, so this request is not a repeat. Its version
    // is outdated by now.
    refused(
      await post(world, "settings/flags", backEnd(world), other, { key }),
      409,
      "version_conflict",
    );
    equal(await rowsOf("features"), rows);
    await send("flags", backEnd(world), { flags: [{ name: "b2c", state: "on" }] });
    const { history } = JSON.parse((await get(world, "settings/flags", operator.as)).text).data;
    match(history[0].author, /^key:/);
    equal(history[1].author, `operator:${operator.id}`);
  }));

Deno.test("of two operators with the same version, one changes each setting, and one gets 409", () =>
  alone(async () => {
    const operators = [await signUpOperator(world), await signUpOperator(world)];
    const flag = { flags: [{ name: "b2c", state: "percentage", percentage: 100 }] };
    const code = (code: string) => ({
      codes: [{ account: "disputes", code, effective_from: NEXT_YEAR }],
    });
    const pairs: [string, object, object, object][] = [
      ["flags", flag, flag, { flags: [{ name: "b2c", state: "on" }] }],
      ["journal-codes", code("bgn-1"), code("thb-1"), code("4920")],
    ];
    for (const [name, ann, bob, undo] of pairs) {
      const version = await versionOf(name);
      const answers = await Promise.all(
        [ann, bob].map((body, index) =>
          post(world, `settings/${name}`, operators[index]!.as, {
            ...body,
            version,
            reason: "a race",
          })
        ),
      );
      deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409], name);
      data(await send(name, backEnd(world), undo), 200, SettingsChanged);
    }
    await proven(world);
  }));

/**
 * Operators change the policy, rates and alert rules. An operator can't overwrite a change that
 * they have not read.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { z } from "@hono/zod-openapi";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { FlagSettings } from "../../supabase/functions/_shared/contracts/settings/flags.ts";
import {
  AlertSettings,
  PolicySettings,
} from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { RateSettings } from "../../supabase/functions/_shared/contracts/settings/rates.ts";
import { Estimate } from "../../supabase/functions/_shared/contracts/usage.ts";
import { proven, withPolicy } from "../support/project/database.ts";
import { backEnd, type Caller, data, get, post, refused } from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

const read = async <S extends z.ZodType>(name: string, schema: S) =>
  data(await get(world, `settings/${name}`, backEnd(world)), 200, schema);

const readPolicy = () => read("policy", PolicySettings);
const readRules = () => read("alerts", AlertSettings);

const valueOf = ({ settings }: z.output<typeof PolicySettings>, name: string) =>
  settings.find((each) => each.name === name)?.value;

/**
 * Changes settings as an operator does: reads the version first, and sends it with the change.
 * Reads the version again after a 409, because other tests change the policy and the rates, too.
 */
async function change(name: string, operator: Person, body: object) {
  return data(await tryChange(name, operator.as, body), 200, SettingsChanged);
}

function tryChange(name: string, as: Caller, body: object) {
  return until(`the version of ${name} is the current one`, async () => {
    const { version } = JSON.parse((await get(world, `settings/${name}`, as)).text).data;
    const request = { ...body, version, reason: "a test" };
    const answer = await post(world, `settings/${name}`, as, request);
    return answer.status === 409 ? undefined : answer;
  });
}

Deno.test("an operator changes a setting of the policy, and its history names them", () =>
  withPolicy(world, "exclusive", async () => {
    const operator = await signUpOperator(world);
    const before = valueOf(await readPolicy(), "late_settle_within");
    const { changes } = await change("policy", operator, { changes: { late_settle_within: 1800 } });
    const fields = [{ field: "late_settle_within", from: before, to: "1800" }];
    deepEqual(changes, [{ name: "policy", change: "changed", version: null, fields }]);
    const changed = await readPolicy();
    equal(valueOf(changed, "late_settle_within"), "1800");
    const past = changed.history.find(({ author }) => author === `operator:${operator.id}`);
    deepEqual([past?.reason, past?.fields], ["a test", fields]);
    await change("policy", operator, { changes: { late_settle_within: before } });
    equal(valueOf(await readPolicy(), "late_settle_within"), before);
    await proven(world);
  }));

Deno.test("a dry run of the policy returns the change and does not make it", async () => {
  const operator = await signUpOperator(world);
  const value = valueOf(await readPolicy(), "users_per_card_day");
  const changes = { users_per_card_day: Number(value) + 1 };
  const { dry_run, changes: shown } = await change("policy", operator, { changes, dry_run: true });
  equal(dry_run, true);
  deepEqual(shown[0]?.fields, [
    { field: "users_per_card_day", from: value, to: String(Number(value) + 1) },
  ]);
  equal(valueOf(await readPolicy(), "users_per_card_day"), value);
});

Deno.test("a dry run does not turn the tax on, and a text is set, and removed by null", async () => {
  const operator = await signUpOperator(world);
  const tax = { checkout_automatic_tax: true };
  const { changes } = await change("policy", operator, { changes: tax, dry_run: true });
  deepEqual(changes[0]?.fields, [{ field: "checkout_automatic_tax", from: "false", to: "true" }]);
  equal(valueOf(await readPolicy(), "checkout_automatic_tax"), "false");
  // Automatic tax is off, so the tax code has no effect on other tests.
  const code = { changes: { checkout_tax_code: "txcd_10103001" } };
  await withPolicy(world, "exclusive", async () => {
    await change("policy", operator, code);
    equal(valueOf(await readPolicy(), "checkout_tax_code"), "txcd_10103001");
    await change("policy", operator, { changes: { checkout_tax_code: null } });
    equal(valueOf(await readPolicy(), "checkout_tax_code"), null);
  });
});

Deno.test("an operator adds a rate, and usage is charged by it", async () => {
  const operator = await signUpOperator(world);
  const model = `own-${crypto.randomUUID()}`;
  const rate = { model, input_per_million_usd: "1", output_per_million_usd: "2.5" };
  const { changes } = await change("rates", operator, { rates: [rate] });
  deepEqual(changes.map(({ name, change, version }) => [name, change, version]), [
    [model, "added", 1],
  ]);
  const estimate = await post(world, "usage/estimate", backEnd(world), {
    model,
    input_tokens: 0,
    output_tokens: 1000,
  });
  equal(data(estimate, 200, Estimate).credits, "10");
  const { rates, history } = await read("rates", RateSettings);
  equal(rates.find((each) => each.model === model)?.output_per_million_usd, "2.5");
  equal(history.find(({ name }) => name === model)?.author, `operator:${operator.id}`);
});

Deno.test("of two operators who change alert rules at once, the second one gets 409", async () => {
  const [ann, bob] = [await signUpOperator(world), await signUpOperator(world)];
  const { version, rules } = await readRules();
  const before = rules.find(({ rule }) => rule === "auth_failures")?.minimum;
  const minimums = [1001, 1002];
  const answers = await Promise.all(
    [ann, bob].map((operator, index) =>
      post(world, "settings/alerts", operator.as, {
        rules: [{ rule: "auth_failures", minimum: minimums[index] }],
        version,
        reason: "too loud",
      })
    ),
  );
  deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409]);
  const winner = answers.findIndex(({ status }) => status === 200);
  const { details } = refused(answers[1 - winner]!, 409, "version_conflict");
  const changed = await readRules();
  equal(details?.version, changed.version);
  const rule = changed.rules.find(({ rule }) => rule === "auth_failures");
  deepEqual([rule?.minimum, rule?.defaults.minimum], [String(minimums[winner]), "100"]);
  await change("alerts", ann, { rules: [{ rule: "auth_failures", minimum: Number(before) }] });
});

const REFUSED = [
  ["policy", { changes: { no_such: 1 } }, "changes.no_such"],
  ["policy", { changes: { cards_per_user_day: 0 } }, "changes.cards_per_user_day"],
  ["policy", { changes: {} }, "changes"],
  ["policy", { changes: { checkout_locale: "xx" } }, "changes.checkout_locale"],
  ["policy", { changes: { checkout_invoices: "maybe" } }, "changes.checkout_invoices"],
  ["policy", { changes: { checkout_tax_code: "two\nlines" } }, "changes.checkout_tax_code"],
  [
    "rates",
    { rates: [{ model: "x", input_per_million_usd: "1" }] },
    "rates[0].output_per_million_usd",
  ],
  [
    "rates",
    { rates: [{ model: "x", input_per_million_usd: "1e3", output_per_million_usd: "1" }] },
    "rates[0].input_per_million_usd",
  ],
  ["alerts", { rules: [{ rule: "no_such", threshold: "1" }] }, "rules[0].rule"],
  ["alerts", { rules: [{ rule: "ai_slow", threshold: "-1" }] }, "rules[0].threshold"],
  ["alerts", { rules: [{ rule: "ai_slow", period: 59 }] }, "rules[0].period"],
  ["flags", { flags: [{ name: "b2d", state: "on" }] }, "flags[0].name"],
  ["flags", { flags: [{ name: "b2b", state: "on", percentage: 1 }] }, "flags[0].percentage"],
] as const;

for (const [name, body, field] of REFUSED) {
  Deno.test(`${JSON.stringify(body)} is refused for the ${name}, naming ${field}`, async () => {
    refused(await tryChange(name, backEnd(world), body), 400, "invalid_request", field);
  });
}

Deno.test("a change without a reason is refused", async () => {
  const { version } = await readRules();
  const body = { rules: [{ rule: "ai_slow", threshold: "31000" }], version };
  const answer = await post(world, "settings/alerts", backEnd(world), body);
  refused(answer, 400, "invalid_request", "reason");
});

Deno.test("a user reads and changes no settings", async () => {
  const user = await signUp(world);
  for (const name of ["policy", "rates", "alerts", "flags"]) {
    refused(await get(world, `settings/${name}`, user.as), 403, "forbidden");
    const body = { version: "0", reason: "mine", changes: { low_balance: "0" } };
    refused(await post(world, `settings/${name}`, user.as, body), 403, "forbidden");
  }
  ok((await readPolicy()).settings.length > 0);
});

Deno.test("an operator sets a flag to its state with a dry run, and the flag stays", async () => {
  // Tests in other files change other flags of this stack meanwhile, so this test reads only b2b.
  const b2b = async () =>
    (await read("flags", FlagSettings)).flags.find(({ name }) => name === "b2b");
  const operator = await signUpOperator(world);
  const before = await b2b();
  const body = { flags: [{ name: "b2b", state: "percentage", percentage: 12.5 }] };
  const { changes, dry_run } = await change("flags", operator, { ...body, dry_run: true });
  equal(dry_run, true);
  deepEqual(changes.map(({ name, fields }) => [name, fields.map(({ field }) => field)]), [
    ["b2b", ["percentage", "state"]],
  ]);
  equal(before?.state, "on");
  deepEqual(await b2b(), before);
});

/** Values, replays and refusals must pass unchanged through a transport to a real database and back. */
import assert from "node:assert/strict";
import type { Database } from "../../supabase/functions/_shared/adapters/database/database.ts";
import { Balance, Debit, Grant } from "../../supabase/functions/_shared/contracts/credits.ts";
import { Hold, OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { SpendCap } from "../../supabase/functions/_shared/contracts/spend-caps.ts";
import { Charge, Rate } from "../../supabase/functions/_shared/contracts/usage.ts";
import { signUp } from "../support/project/people.ts";
import type { World } from "../support/project/world.ts";
import { debitOf, grantOf, newKey, randomHash, refusalOf, TINY, userWith } from "./calls.ts";

export type Check = (world: World, database: Database) => Promise<void>;

const keepsDecimals: Check = async (world, database) => {
  const id = await userWith(world, database, `12345678901234567890${TINY.slice(1)}`);
  const before = Balance.parse(
    await database.rpc("credits_balance", { p_user_id: id, p_at: undefined }),
  );
  assert.equal(before.balance, `12345678901234567890${TINY.slice(1)}`);
  const { data, status, replayed } = await database.rpc("credits_debit", debitOf(id, TINY));
  const { amount, balance_after } = Debit.parse(data);
  assert.deepEqual([amount, balance_after, status, replayed], [
    TINY,
    "12345678901234567890",
    201,
    false,
  ]);
};

const replays: Check = async (world, database) => {
  const args = debitOf(await userWith(world, database, "10"), "4");
  const first = await database.rpc("credits_debit", args);
  const second = await database.rpc("credits_debit", args);
  assert.deepEqual(second, { ...first, replayed: true });
  const other = { ...args, p_fingerprint: randomHash() };
  assert.equal(
    (await refusalOf(database.rpc("credits_debit", other))).code,
    "idempotency_key_reused",
  );
};

const refusesWithDetails: Check = async (world, database) => {
  const id = await userWith(world, database, "10");
  const error = await refusalOf(database.rpc("credits_debit", debitOf(id, `10${TINY.slice(1)}`)));
  assert.equal(error.code, "insufficient_credits");
  assert.equal(error.details?.required, `10${TINY.slice(1)}`);
  assert.equal(error.details?.available, "10");
};

const replaysRefusals: Check = async (world, database) => {
  const args = debitOf(await userWith(world, database, "1"), "2");
  const { p_idempotency_key, p_fingerprint } = args;
  const error = await refusalOf(database.rpc("credits_debit", args));
  const key = { p_idempotency_key, p_fingerprint };
  const refusal = { ...key, p_status: 402, p_data: error, p_user_id: undefined };
  await database.rpc("idempotency_store", refusal);
  const { status, replayed, data } = await database.rpc("credits_debit", args);
  assert.deepEqual({ status, replayed, data }, { status: 402, replayed: true, data: error });
};

const namesFields: Check = async (world, database) => {
  const id = await userWith(world, database, "1");
  const amount = await refusalOf(database.rpc("credits_debit", debitOf(id, "1e3")));
  assert.deepEqual([amount.code, amount.field], ["invalid_request", "amount"]);
  const user = await refusalOf(database.rpc("credits_debit", debitOf(crypto.randomUUID(), "1")));
  assert.equal(user.code, "not_found");
};

const refusesBadValues: Check = async (_world, database) => {
  const error = await refusalOf(
    database.rpc("credits_balance", { p_user_id: "x", p_at: undefined }),
  );
  assert.deepEqual([error.code, error.type], ["invalid_request", "validation"]);
};

const passesJson: Check = async (world, database) => {
  const id = await userWith(world, database, "100");
  const p_usage = {
    event_id: `event "quoted" ${crypto.randomUUID()}`,
    model: "gpt-4o",
    input_tokens: 1000,
    output_tokens: 500,
    metadata: { nested: [1, "2", null, { "ключ": "значение" }] },
  };
  const args = { p_user_id: id, p_usage, p_correlation_id: "trace", ...newKey() };
  const { credits, event_id } = Charge.parse((await database.rpc("usage_charge", args)).data);
  assert.deepEqual([credits, event_id], ["50", p_usage.event_id]);
  const { entries } = await database.rpc("credits_entries", {
    p_user_id: id,
    p_kind: "usage",
    p_from: undefined,
    p_to: undefined,
    p_with_names: true,
    p_before_seq: "9223372036854775807",
    p_limit: 1,
  });
  assert.equal(entries[0]?.amount, "-50");
  // The call belongs to no HTTP request, so the author is the database role.
  assert.match(entries[0]?.author ?? "", /^sql:/);
};

const passesAbsentAndNull: Check = async (world, database) => {
  const id = await userWith(world, database, "100");
  const { data } = await database.rpc("holds_open", {
    p_user_id: id,
    p_amount: "5",
    p_estimate: undefined,
    p_ttl_seconds: 600,
    p_reason: undefined,
    p_correlation_id: "trace",
    ...newKey(),
  });
  const { hold_id, expires_at, created_at } = OpenedHold.parse(data);
  assert.equal(Date.parse(expires_at) - Date.parse(created_at), 600_000);
  const setCap = (p_daily: string | null) =>
    database.rpc("spend_caps_set", { p_user_id: id, p_daily, p_reason: undefined, ...newKey() });
  assert.equal(SpendCap.parse((await setCap("9")).data).daily, "9");
  assert.equal(SpendCap.parse((await setCap(null)).data).daily, null);
  const anyones = await database.rpc("holds_read", { p_hold_id: hold_id, p_user_id: undefined });
  assert.equal(Hold.parse(anyones).status, "open");
  const others = { p_hold_id: hold_id, p_user_id: crypto.randomUUID() };
  assert.equal((await refusalOf(database.rpc("holds_read", others))).code, "not_found");
};

const answersLists: Check = async (_world, database) => {
  const rates = Rate.array().parse(await database.rpc("usage_rates", {}));
  assert(rates.some(({ model }) => model === "gpt-4o"));
};

const answersGrants: Check = async (world, database) => {
  const { id } = await signUp(world);
  const { data } = await database.rpc("credits_grant", {
    ...grantOf(id, "1.5"),
    p_source: "adjustment",
    p_expires_at: "2099-01-01T00:00:00Z",
    p_priority: 7,
    p_reason: "'; drop table farthing.entries; --",
  });
  const lot = Grant.parse(data);
  assert.deepEqual([lot.amount, lot.priority], ["1.5", 7]);
  assert.equal(Date.parse(lot.expires_at ?? ""), Date.parse("2099-01-01T00:00:00Z"));
};

const waitsForTheFirst: Check = async (world, database) => {
  const args = debitOf(await userWith(world, database, "100"), "4");
  const all = await Promise.all(
    Array.from({ length: 10 }, () => database.rpc("credits_debit", args)),
  );
  assert.equal(all.filter(({ replayed }) => !replayed).length, 1);
  assert.equal(new Set(all.map(({ data }) => JSON.stringify(data))).size, 1);
};

/**
 * Sends fractions through the transport. The other checks cover all other types: bigint, boolean,
 * integer, jsonb, text, times and uuids.
 */
const passesFractions: Check = async (_world, database) => {
  const { wrong } = await database.rpc("deep_checks_ledger", { p_start: 0.25 });
  assert.equal(wrong, 0);
  const set = (p_percentage: number) =>
    refusalOf(
      database.rpc("features_set", { p_name: "no_such", p_state: "percentage", p_percentage }),
    );
  assert.equal((await set(12.25)).field, "name");
  assert.equal((await set(12.125)).field, "percentage");
};

/** Asserts that text which looks like a number, JSON, SQL or a placeholder comes back unchanged. */
const keepsText: Check = async (world, database) => {
  const texts = ["7", "null", '{"a": 1}', "$1", "\\' \"", "line\nline\ttab", "кредит 💶 e\u0301"];
  const { id } = await signUp(world);
  for (const p_reference_id of texts) {
    await database.rpc("credits_grant", { ...grantOf(id, "1"), p_reference_id });
  }
  const { entries } = await database.rpc("credits_entries", {
    ...{ p_user_id: id, p_kind: undefined, p_from: undefined, p_to: undefined },
    ...{ p_with_names: false, p_before_seq: undefined, p_limit: 20 },
  });
  assert.deepEqual(entries.map(({ reference_id }) => reference_id), texts.toReversed());
};

export const VALUES: Readonly<Record<string, Check>> = {
  "keeps 38 digits both ways": keepsDecimals,
  "replays a key, and refuses it with another request": replays,
  "refuses with the details that SQL gives": refusesWithDetails,
  "replays a refusal that was stored": replaysRefusals,
  "names the field that SQL refuses": namesFields,
  "reports a value that a type refuses as the caller's error": refusesBadValues,
  "passes JSON and 64-bit numbers whole": passesJson,
  "distinguishes an absent value from null": passesAbsentAndNull,
  "passes fractions": passesFractions,
  "keeps text as it is": keepsText,
  "answers lists": answersLists,
  "passes times, numbers and SQL in text as values": answersGrants,
  "gives ten callers with one key one answer": waitsForTheFirst,
};

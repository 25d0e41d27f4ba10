/**
 * Trap T29: checks that the SQL knows each state that the pinned SDK names. The test fails when a
 * new version of the SDK has a new state. The SQL handles an unknown state safely: it accepts the
 * event, freezes the credits that may be lost, and alerts operators.
 */
import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);
const SDK = new URL("node_modules/stripe/esm/resources/", ROOT);
const SCHEMAS = new URL("supabase/schemas/", ROOT);

const words = (text: string, quotes: RegExp) => [...text.matchAll(quotes)].map(([, word]) => word!);

/**
 * Returns the string literals of a type. If the field accepts any string, returns the quoted words
 * in the field's comment instead.
 */
async function sdkStates(file: string, pattern: RegExp): Promise<string[]> {
  const declared = await Deno.readTextFile(new URL(file, SDK));
  const found = pattern.exec(declared)?.[1];
  assert.ok(found, `${file} no longer declares its states as ${pattern}`);
  return words(found, /['`]([a-z_]+)['`]/g).toSorted();
}

/** Returns the states for which an SQL function has a `when` branch. */
async function sqlStates(file: string, name: string): Promise<string[]> {
  const sql = await Deno.readTextFile(new URL(file, SCHEMAS));
  const body = sql.split(`create function farthing.${name}(`)[1]?.split("$$")[1];
  assert.ok(body, `${file} has no ${name}`);
  return words(body, /when '([a-z_]+)' then/g).toSorted();
}

Deno.test("T29: the SQL knows each state of a dispute that the SDK names", async () => {
  const states = await sdkStates("Disputes.d.ts", /type Status = ([^;]+);/);
  assert.ok(states.includes("appeal_under_review") && states.length >= 10);
  assert.deepEqual(
    await sqlStates("reversals/functions/dispute_events.sql", "dispute_rank"),
    states,
  );
});

Deno.test("T29: the SDK names no unhandled case type of a dispute", async () => {
  const types = await sdkStates("Disputes.d.ts", /type CaseType = ([^;]+);/);
  assert.deepEqual(types, ["block", "chargeback", "compliance", "inquiry", "resolution"]);
});

Deno.test("T29: the SQL knows each state of a refund that the SDK names", async () => {
  const pattern = /Status of the refund\. This can be ([^.]+)\.[^*]*\*\/\s+status: string \| null/;
  const states = await sdkStates("Refunds.d.ts", pattern);
  assert.ok(states.includes("requires_action") && states.length >= 5);
  const known = await sqlStates("reversals/functions/refund_events.sql", "refund_rank");
  assert.deepEqual(known.filter((state) => state !== "requested"), states);
});

Deno.test("T29: the SQL knows each state of a payout that the SDK names", async () => {
  const pattern = /Current status of the payout: ([^.]+)\. [^*]*\*\/\s+status: string/;
  const states = await sdkStates("Payouts.d.ts", pattern);
  assert.ok(states.includes("in_transit") && states.length >= 5);
  assert.deepEqual(await sqlStates("payouts/functions/payout_events.sql", "payout_rank"), states);
  const listed = await sdkStates("Payouts.d.ts", /type ReconciliationStatus = ([^;]+);/);
  assert.deepEqual(listed, ["completed", "in_progress", "not_applicable"]);
});

/**
 * Tests the types. A line under an `@ts-expect-error` must not compile; if it compiles, the
 * compiler reports an error. The calls are still made when the test runs, because only the type
 * check refuses them.
 */
import assert from "node:assert/strict";
import type { Json } from "../../generated/database.types.ts";
import type { RefinedArguments } from "./arguments.ts";
import { createDatabase } from "../../adapters/database/database.ts";
import type { Results, Sql } from "./functions.ts";

/**
 * `true` if `Drifted` is empty. Otherwise the type contains `Drifted`, so that the compiler's
 * message shows where the contract differs from the SQL.
 */
type None<Drifted> = [Drifted] extends [never] ? true : { drifted: Drifted };

function recorder() {
  const sent: string[][] = [];
  const database = createDatabase({
    call: (_name, args) => Promise.resolve(sent.push(Object.keys(args))),
    close: () => Promise.resolve(),
  });
  return { database, sent };
}

const CAP = {
  p_user_id: "user",
  p_reason: undefined,
  p_idempotency_key: "key",
  p_fingerprint: "print",
};

const PROOFS = { p_outcome: undefined, p_before: undefined };

Deno.test("an argument with another name is refused, in a literal and in a variable", async () => {
  const { database, sent } = recorder();
  // @ts-expect-error p_usr_id is not an argument of this function
  await database.rpc("spend_caps_read", { p_usr_id: "user" });
  const misspelt = { p_user_id: "user", p_att: "2026-11-21T12:00:00Z" };
  // @ts-expect-error p_att is a misspelling of p_at, which is optional in SQL
  await database.rpc("credits_balance", misspelt);
  // @ts-expect-error features_read takes no arguments
  await database.rpc("features_read", { p_name: "b2b" });
  // @ts-expect-error the adapter adds the author; a handler must not send one
  await database.rpc("fraud_blocks_remove", { p_block_id: "block", p_author: "owner" });
  assert.deepEqual(sent.map((names) => names.at(-1)), ["p_usr_id", "p_att", "p_name", "p_author"]);
});

Deno.test("an argument that is missing is refused, SQL's own and the request's", async () => {
  const { database, sent } = recorder();
  // @ts-expect-error p_job_id is missing
  await database.rpc("jobs_yield", { p_token: 1 });
  // @ts-expect-error p_limit may be undefined, but must not be left out
  await database.rpc("proofs_list", PROOFS);
  // @ts-expect-error the key and the fingerprint are missing; only SQL has defaults for them
  await database.rpc("spend_caps_set", { p_user_id: "user", p_daily: null });
  const undefinedKey = { ...CAP, p_daily: null, p_idempotency_key: undefined };
  // @ts-expect-error a request always has a key
  await database.rpc("spend_caps_set", undefinedKey);
  assert.equal(sent.length, 4);
});

Deno.test("a value of another type is refused, in JSON too", async () => {
  const { database, sent } = recorder();
  // @ts-expect-error an amount is a text
  await database.rpc("spend_caps_set", { ...CAP, p_daily: 5 });
  // @ts-expect-error a token is a number
  await database.rpc("jobs_yield", { p_job_id: "job", p_token: "1" });
  // @ts-expect-error a text would be parsed as JSON
  await database.rpc("usage_estimate", { p_usage: "gpt-4o" });
  // @ts-expect-error the ids are texts
  await database.rpc("inbox_missing", { p_event_ids: [1] });
  const advance = { p_user_id: "user", p_booking_id: "booking" };
  // @ts-expect-error a booking cannot be set to paid
  await database.rpc("bookings_advance", { ...advance, p_status: "paid" });
  assert.equal(sent.length, 5);
});

Deno.test("a null argument is refused, unless it has a documented meaning", async () => {
  const { database, sent } = recorder();
  // @ts-expect-error NULL would mean that there is no limit
  await database.rpc("proofs_list", { ...PROOFS, p_limit: null });
  // @ts-expect-error SQL uses its default only if the argument is not sent
  await database.rpc("credits_balance", { p_user_id: "user", p_at: null });
  await database.rpc("spend_caps_set", { ...CAP, p_daily: null });
  await database.rpc("proofs_list", { ...PROOFS, p_limit: undefined });
  assert.equal(sent.length, 4);
});

type Refined = keyof RefinedArguments & keyof Sql;
type Args<N extends Refined> = Sql[N]["Args"];

type UnknownFunctions = Exclude<keyof Results | keyof RefinedArguments, keyof Sql>;
type UnknownArguments = {
  [N in Refined]: Exclude<keyof RefinedArguments[N], keyof Args<N>>;
}[Refined];

/** The contract may declare any type for JSON, and text for a bigint. */
type Generated<T> = Json extends T ? unknown : number extends T ? T | string : T;
type OtherTypes = {
  [N in Refined]: {
    [K in keyof RefinedArguments[N] & keyof Args<N>]: NonNullable<RefinedArguments[N][K]> extends
      Generated<Args<N>[K]> ? never : [N, K];
  }[keyof RefinedArguments[N] & keyof Args<N>];
}[Refined];

Deno.test("every declared function and argument exists in SQL", () => {
  const functions: None<UnknownFunctions> = true;
  const names: None<UnknownArguments> = true;
  const types: None<OtherTypes> = true;
  assert(functions && names && types);
});

/** Amounts with eighteen decimals in every request and answer. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "zod";
import {
  Balance,
  Debit,
  Entry,
  Grant,
} from "../../supabase/functions/_shared/contracts/credits.ts";
import { OpenedHold } from "../../supabase/functions/_shared/contracts/holds.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, send } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

const LARGE = "12345678901234567890.123456789012345678";
const SMALLEST = "0.000000000000000001";
const AFTER = "12345678901234567890.123456789012345677";

async function viewsAndRpc(world: World, { dataApi, id }: Person): Promise<void> {
  const read = async (view: string, columns: string) => {
    const { data, error } = await dataApi.from(view).select(columns);
    equal(error, null);
    return data;
  };
  deepEqual(await read("credits", "balance,held,debt"), [
    { balance: AFTER, held: SMALLEST, debt: "0" },
  ]);
  deepEqual(await read("credit_lots", "amount,remaining"), [{ amount: LARGE, remaining: AFTER }]);
  deepEqual(await read("credit_holds", "amount"), [{ amount: SMALLEST }]);
  const { data: entries } = await dataApi.from("credit_entries")
    .select("amount,balance_after").order("seq");
  deepEqual(entries, [
    { amount: LARGE, balance_after: LARGE },
    { amount: `-${SMALLEST}`, balance_after: AFTER },
  ]);
  const answer = await send(`${world.url}/rest/v1/rpc/credits_balance`, {
    method: "POST",
    headers: {
      apikey: world.secretKey,
      "content-type": "application/json",
      "content-profile": "farthing_public",
    },
    body: JSON.stringify({ p_user_id: id }),
  });
  equal(JSON.parse(answer.text).balance, AFTER);
}

async function eighteenDecimals(world: World): Promise<void> {
  const person = await signUp(world);
  const service = backEnd(world);
  const grant = { user_id: person.id, amount: LARGE, source: "adjustment", reason: "exact" };
  const lot = data(await post(world, "credits/grants", service, grant), 201, Grant);
  deepEqual([lot.amount, lot.remaining], [LARGE, LARGE]);
  const debit = { user_id: person.id, amount: SMALLEST, reason: "exact" };
  const taken = data(await post(world, "credits/debits", service, debit), 201, Debit);
  deepEqual([taken.amount, taken.balance_after, taken.lots[0]?.amount], [
    SMALLEST,
    AFTER,
    SMALLEST,
  ]);
  const hold = { user_id: person.id, amount: SMALLEST };
  const held = data(await post(world, "credits/holds", service, hold), 201, OpenedHold);
  deepEqual([held.amount, held.available_after], [
    SMALLEST,
    "12345678901234567890.123456789012345676",
  ]);

  const balance = data(await get(world, "credits", person.as), 200, Balance);
  deepEqual([balance.balance, balance.held, balance.lots?.[0]?.remaining], [
    AFTER,
    SMALLEST,
    AFTER,
  ]);
  const now = encodeURIComponent(new Date().toISOString());
  equal(data(await get(world, `credits?at=${now}`, person.as), 200, Balance).balance, AFTER);
  const entries = data(await get(world, "credits/entries", person.as), 200, z.array(Entry));
  deepEqual(entries.map(({ amount, balance_after }) => [amount, balance_after]), [
    [`-${SMALLEST}`, AFTER],
    [LARGE, LARGE],
  ]);
  const csv = (await get(world, "credits/entries?format=csv", person.as)).text.split("\r\n");
  ok(csv[1]?.includes(`,debit,-${SMALLEST},${AFTER},`), `${csv[1]}`);
  ok(csv[2]?.includes(`,adjustment,${LARGE},${LARGE},`), `${csv[2]}`);
  await viewsAndRpc(world, person);
  await proven(world);
}

async function manyPrices(world: World): Promise<void> {
  // The expected prices are computed here with whole numbers, without the ledger's functions.
  const rates = await withSql(
    world,
    (sql) =>
      sql<{ model: string; input: string; output: string }[]>`
    select distinct on (model) model, (input_per_million_usd * 1e9)::bigint::text as input,
      (output_per_million_usd * 1e9)::bigint::text as output
    from farthing.rates where markup = 4 and effective_from < '2025-01-01' order by model, version`,
  );
  ok(rates.length >= 20);
  const service = backEnd(world);
  for (const [index, { model, input, output }] of rates.entries()) {
    const [tokensIn, tokensOut] = [7 * index + 1, 13 * index + 3];
    const scaled = (BigInt(input) * BigInt(tokensIn) + BigInt(output) * BigInt(tokensOut)) * 4n;
    const digits = scaled.toString().padStart(13, "0");
    const exact = `${digits.slice(0, -12)}.${digits.slice(-12)}`.replace(/\.?0+$/, "");
    const body = { model, input_tokens: tokensIn, output_tokens: tokensOut };
    const answer = await post(world, "usage/estimate", service, body, { key: null });
    equal(JSON.parse(answer.text).data?.credits, exact, `${model}: ${answer.text}`);
  }
}

const MOST = "99999999999999999999.999999999999999999";

async function overflow(world: World): Promise<void> {
  const person = await signUp(world);
  const grant = { user_id: person.id, amount: MOST, source: "adjustment", reason: "exact" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  const more = await post(world, "credits/grants", backEnd(world), { ...grant, amount: SMALLEST });
  ok(more.status === 400 || more.status === 422, more.text);
  equal((await balanceOf(world, person.id)).balance, MOST);
  await proven(world);
}

export const exactness: Scenario[] = [
  {
    name: "T22: an amount of 18 decimals is unchanged in JSON, CSV, views and rpc",
    run: eighteenDecimals,
  },
  { name: "prices of every model are exact to the last digit", run: manyPrices },
  { name: "a balance beyond 38 digits is refused and nothing changes", run: overflow },
];

import assert from "node:assert/strict";
import { Exact } from "../../rates/exact.ts";
import { expectDemo } from "./expected.ts";
import { type Package } from "../shared/catalogue.ts";
import type { Played } from "./play-trace.ts";
import { compareTrace, sumOfLedger } from "./compare-trace.ts";

const small: Package = {
  id: "s",
  name: "Small",
  amount: 1,
  credits: "60",
  bonus_credits: "15",
  total_credits: "75",
};
const rate = { input_per_million_usd: "5", output_per_million_usd: "15", markup: "4" };
const trace = [{ input_tokens: 1000, output_tokens: 500 }, {
  input_tokens: 1000,
  output_tokens: 500,
}];
const expected = expectDemo(trace, rate, [small]);

/**
 * Returns a run that agrees with the plan: a package of 75 credits is bought twice, two requests
 * are charged 50 credits each, and the second of them is refused once before it is charged.
 */
const agreeing = (): Played => ({
  charged: 2,
  credits: new Exact("100.000"),
  refused: [{ at: 1, required: "50", available: "25" }],
  byLot: new Map([["Small bonus", new Exact(30)], ["Small paid", new Exact(70)]]),
  callMs: [1, 1, 1],
  balance: "50",
  ledgerCsv:
    "id,seq,kind,amount,balance_after\na,3,usage,-50,25\nb,4,usage,-25,0\nc,7,usage,-25,50\n",
});

Deno.test("compare finds every figure of an agreeing run equal", () => {
  const unequal = compareTrace(agreeing(), expected).filter(({ equal }) => !equal);
  assert.deepEqual(unequal, []);
});

for (
  const [figure, change] of [
    ["requests charged", { charged: 1 }],
    ["refused with 402", { refused: [] }],
    ["credits charged", { credits: new Exact("100.000000000000000001") }],
    ["credits in the ledger", { ledgerCsv: "amount\n-99.999999999999999999" }],
    ["credits by all lots", { byLot: new Map([["Small paid", new Exact(99)]]) }],
    ["balance", { balance: "49.999999999999999999" }],
  ] as const
) {
  Deno.test(`compare detects the smallest difference in ${figure}`, () => {
    const checks = compareTrace({ ...agreeing(), ...change } as Played, expected);
    assert.equal(checks.find(({ name }) => name === figure)?.equal, false);
  });
}

Deno.test("sumOfLedger adds amounts without losing a decimal", () => {
  const csv = "seq,amount\r\n1,-0.1\r\n2,-0.2\r\n3,-0.000000000000000001";
  assert.equal(sumOfLedger(csv).toFixed(), "0.300000000000000001");
});

Deno.test("sumOfLedger refuses a CSV without amounts", () => {
  assert.throws(() => sumOfLedger("a,b\n1,2"), /no column amount/);
});

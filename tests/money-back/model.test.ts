/**
 * Tests the model without the database: its parts, test cases whose results were worked out by
 * hand, and random histories. Certain rules must hold after each step of a random history.
 */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { Account } from "./model/account.ts";
import { toText, toUnits } from "./model/amounts.ts";
import { Buyer } from "./model/buyer.ts";
import { inBurnDownOrder, type Lot, type Source } from "./model/lots.ts";
import { type DisputeStatus, replacesDispute, replacesRefund } from "./model/status-order.ts";
import { CASES } from "./cases/all.ts";
import { expectedOf } from "./support/compare.ts";
import { PACKAGES } from "./support/sold-packages.ts";
import { Random } from "./support/random.ts";
import { randomHistory } from "./support/random-history.ts";
import { tell } from "./support/case-steps.ts";
import { inWords } from "./support/end-in-words.ts";

const lot = (source: Source, amount: string, more: Partial<Lot> = {}): Lot => ({
  source,
  amount: toUnits(amount),
  remaining: toUnits(amount),
  priority: 100,
  createdAt: 0,
  expiresAt: null,
  frozen: false,
  ...more,
});

Deno.test("amounts are converted to whole units and back without losing a digit", () => {
  for (const text of ["0", "1", "0.000000000000000001", "-99999999999999999999.9", "12.5"]) {
    equal(toText(toUnits(text)), text);
  }
  equal(toUnits("0.02"), 20_000_000_000_000_000n);
  for (const text of ["", "1.", ".5", "1e3", "0.0000000000000000001"]) throws(() => toUnits(text));
});

Deno.test("lots burn down by priority, expiry, source and age", () => {
  const order = [
    lot("paid", "1", { priority: 1 }),
    lot("paid", "2", { expiresAt: 5 }),
    lot("promotional", "3", { expiresAt: 9 }),
    lot("promotional", "4"),
    lot("adjustment", "5"),
    lot("bonus", "6", { createdAt: 1 }),
    lot("bonus", "7", { createdAt: 2 }),
    lot("paid", "8"),
  ];
  for (let seed = 0; seed < 20; seed++) {
    deepEqual(inBurnDownOrder(new Random(seed).shuffled(order)), order);
  }
});

Deno.test("cancelled debt goes back to the lots that paid it last", () => {
  const account = new Account();
  account.debt = toUnits("30");
  account.receive(lot("promotional", "10", { createdAt: 1 }), 1);
  account.receive(lot("promotional", "15", { createdAt: 2 }), 2);
  equal(account.debt, toUnits("5"));
  account.cancelDebt(toUnits("22"));
  equal(account.debt, 0n);
  deepEqual(account.lots.map(({ remaining }) => toText(remaining)), ["2", "15"]);
  throws(() => account.cancelDebt(toUnits("9")), /ever booked/);
});

Deno.test("a hold reserves lots in burn-down order, and a refused hold reserves nothing", () => {
  const account = new Account();
  account.receive(lot("paid", "10"), 1);
  account.receive(lot("bonus", "4"), 2);
  equal(account.hold("h", toUnits("6"), 100, 3), "ok");
  equal(account.hold("i", toUnits("9"), 100, 3), "insufficient_credits");
  deepEqual(account.lots.map((each) => toText(account.free(each))), ["8", "0"]);
  account.passTime(100);
  deepEqual(account.lots.map((each) => toText(account.free(each))), ["10", "4"]);
  equal(account.release("h", 100), "hold_not_open");
  equal(account.settle("h", 1n, 100 + 3600), "hold_not_open");
  equal(account.settle("h", 1n, 100 + 3599), "ok");
  equal(account.settle("h", 1n, 100 + 3599), "hold_not_open");
});

Deno.test("a settlement with too much debt is refused and does not change its hold", () => {
  const account = new Account();
  account.receive(lot("paid", "10"), 1);
  account.hold("h", toUnits("6"), 100, 2);
  equal(account.settle("h", toUnits("1010") + 1n, 3), "overdraft_exceeded");
  equal(toText(account.held), "6");
  deepEqual(account.lots.map((each) => toText(account.free(each))), ["4"]);
  equal(account.settle("h", toUnits("1010"), 3), "ok");
  equal(toText(account.debt), "1000");
});

Deno.test("expired holds pay debt in the order of their expiry, each as of its own expiry", () => {
  const account = new Account();
  account.receive(lot("promotional", "10", { expiresAt: 15 }), 1);
  account.receive(lot("paid", "10"), 2);
  account.hold("h", toUnits("10"), 10, 3);
  account.hold("i", toUnits("10"), 20, 4);
  account.debt = toUnits("12");
  account.passTime(30);
  deepEqual(account.lots.map(({ remaining }) => toText(remaining)), ["0", "8"]);
  equal(account.debt, 0n);
});

Deno.test("a dispute's later event counts; in one second the movements decide, then the rank", () => {
  const at = (status: DisputeStatus, at: number, moves = 0) => ({ status, at, moves });
  ok(replacesDispute(at("lost", 1), at("appeal_needs_response", 9)));
  ok(replacesDispute(at("lost", 1), at("won", 2)));
  ok(!replacesDispute(at("lost", 2), at("won", 1)));
  ok(replacesDispute(at("appeal_under_review", 1, 1), at("won", 1, 2)));
  ok(!replacesDispute(at("won", 1, 2), at("lost", 1, 1)));
  ok(replacesDispute(at("warning_closed", 1), at("needs_response", 1)));
  ok(!replacesDispute(at("lost", 1), at("needs_response", 1)));
  ok(replacesRefund("succeeded", "failed"));
  ok(!replacesRefund("failed", "succeeded"));
});

Deno.test("the model ends each test case as it was worked out by hand", () => {
  equal(new Set(CASES.map(({ name }) => name)).size, CASES.length);
  for (const testCase of CASES) {
    const seen = expectedOf(tell(testCase));
    equal(inWords(seen.at(-1)!.seen), testCase.ends, testCase.name);
    const refused = seen.map(({ outcome }) => outcome).filter((outcome) => outcome !== "ok");
    deepEqual(refused, testCase.refused ?? [], testCase.name);
    if (testCase.authors) deepEqual(seen.at(-1)!.seen.authors, testCase.authors, testCase.name);
  }
});

Deno.test("no step spends credits while there is debt, and no order gives too many credits", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  for (let run = 0; run < 500; run++) {
    const buyer = new Buyer(PACKAGES);
    for (const step of randomHistory(new Random(seed + run))) {
      buyer.take(step);
      const where = `seed ${seed + run}, second ${step.now}`;
      const { account, orders } = buyer;
      ok(account.debt === 0n || account.available(step.now) === 0n, where);
      for (const each of account.lots) ok(account.free(each) >= 0n, where);
      for (const { clawedBack, terms } of orders.values()) {
        ok(clawedBack >= 0n && clawedBack <= terms.credits + terms.bonus, where);
      }
    }
  }
});

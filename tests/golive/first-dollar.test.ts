/** A whole launch in one run, from nothing to the first live dollar, with every gate of its canary. */
import { deepEqual, equal, match } from "node:assert/strict";
import { proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { type Ended, failures, golive } from "./command.ts";
import { salesOf, switchSales, withSales } from "./sales.ts";

const world = readWorld();

/** A launch that needs only one action of a person: to type the confirmation for `--live`. */
const FULL = ["full", "--live", "--buy-again", "--traffic", "--stage-seconds", "15"];

/**
 * The expected evidence of each gate. The p95 gate may give a warning, because a busy machine may
 * double a p95 by chance.
 */
const GATES = [
  /canary\.error-rate passed: errors 0\.00 % of \d+ requests \(limit < 0\.5 %\)/,
  /canary\.p95 (passed|warning): p95 of \w+ \/\S+ \d+ ms, \d+\.\d\d × the baseline's \d+ ms \(limit 2 ×\)/,
  /canary\.webhook-success passed: webhooks 100\.00 % of \d+ events \(limit > 95 %\)/,
  /canary\.email passed: emails 100\.00 % of \d+ attempts sent \(limit > 95 %\)/,
  /canary\.connections passed: connections \d+ of \d+ \(limit < 80 %\)/,
  /canary\.proof passed: farthing\.prove\(\) found no violation/,
];

/**
 * Other work on this machine may triple the durations. The p95 gate then closes, as it should, and
 * the test launches again.
 */
const ATTEMPTS = 3;

const isBusy = (ended: Ended): boolean =>
  /^gate p95 closed/.test(failures(ended).map((code) => ended.evidence(code)).join("\n"));

/** Launches again if the machine was too slow. Each attempt is one run from the first step. */
async function launch(): Promise<Ended> {
  for (let attempt = 1;; attempt++) {
    const ended = await golive(world, FULL);
    if (attempt === ATTEMPTS || !isBusy(ended)) return ended;
    await switchSales(world, "on"); // The failed launch has switched sales off.
  }
}

Deno.test("a launch goes from nothing to the first live dollar in one run, through every gate", () =>
  withSales(world, async () => {
    const ended = await launch();
    deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report));
    equal(ended.report.mode, "live");
    for (const stage of [1, 5, 25, 50, 100]) {
      for (const gate of GATES) match(ended.evidence(`canary.stage-${stage}`), gate);
    }
    match(
      ended.evidence("first-dollar.checkout"),
      /: Starter 9\.99 USD for 9990 credits\ncs_live_/,
    );
    match(ended.evidence("first-dollar.payment"), /: 9\.99 USD, succeeded, livemode true$/);
    match(ended.evidence("first-dollar.credits"), /^balance 9990, of which 9990 by this order/);
    match(ended.evidence("first-dollar.entry"), /^entry 1: purchase 9990, by stripe:evt_/);
    match(ended.evidence("first-dollar.receipt"), /: sent by postmark, id /);
    match(ended.evidence("first-dollar.payout"), /: gross 999, net \d+ usd, matched true$/);
    equal(await salesOf(world), "on");
    await proven(world);
  }));

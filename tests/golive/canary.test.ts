/** The canary rolls back by itself, and a rollback loses nothing. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { FlagSettings } from "../../supabase/functions/_shared/contracts/settings/flags.ts";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import type { SignedReport } from "../../scripts/golive/core/sign.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { control } from "../support/money/stripe.ts";
import { openCheckout } from "../support/money/purchases.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive, spawn } from "./command.ts";

const world = readWorld();

async function stateOf(name: string): Promise<string | undefined> {
  const read = data(await get(world, "settings/flags", backEnd(world)), 200, FlagSettings);
  return read.flags.find((flag) => flag.name === name)?.state;
}

async function switchOn(): Promise<void> {
  equal((await post(world, "features/b2c", backEnd(world), { state: "on" })).status, 200);
  const buyer = await signUp(world);
  await until("every process sells again", async () => {
    await openCheckout(world, buyer);
    return true;
  });
}

/** Runs a canary, and pays an order in its first stage while Stripe delivers nothing. */
async function loseAnEvent(reportFile: string): Promise<void> {
  const checkout = await openCheckout(world, await signUp(world));
  await control(world, "POST", "deliveries/hold");
  try {
    const args = ["canary", "--again", "--stage-seconds", "6", "--report", reportFile];
    await using canary = spawn(world, args);
    let said = "";
    let isPaid = false;
    for await (const text of canary.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (isPaid || !said.includes("… canary.stage-1:")) continue;
      isPaid = true;
      await new Promise((done) => setTimeout(done, 5500)); // Every process has read the flag.
      await payCheckout(checkout.checkout_url);
    }
    equal((await canary.status).code, 1, said);
  } finally {
    await control(world, "POST", "deliveries/release");
  }
}

Deno.test("lost webhooks close the gate, and the flag is off again", () =>
  withDeliveries(world, "exclusive", async () => {
    const file = await Deno.makeTempFile({ suffix: ".json" });
    try {
      await loseAnEvent(file);
      const { report } = JSON.parse(await Deno.readTextFile(file)) as SignedReport;
      const stage = report.evidence.find(({ code }) => code === "canary.stage-1")!.evidence;
      match(stage[0]!, /^b2c is off again since \d+ ms: gate webhook-success closed$/);
      match(stage.join("\n"), /canary\.webhook-success closed: webhooks 0\.00 % of \d events/);
      match(report.next.join("\n"), /starts at its first stage/);
      equal(await stateOf("b2c"), "off");
      const codes = report.checked.map(({ code }) => code);
      deepEqual(codes, ["canary.start", "canary.baseline", "canary.stage-1"]);
      const again = await golive(world, ["canary", "--stage-seconds", "1"]);
      ok(again.report.run !== report.run, "the next run begins anew");
    } finally {
      await Deno.remove(file);
      await switchOn();
    }
    await proven(world);
  }));

Deno.test("a rollback takes less than five minutes, and grants what is paid meanwhile", async () => {
  try {
    const ended = await golive(world, ["rollback", "--again", "--to", "HEAD"]);
    deepEqual([ended.code, failures(ended)], [0, []], JSON.stringify(ended.report.evidence));
    match(
      ended.evidence("rollback.paid-meanwhile"),
      /403 feature_disabled[^]*: paid, 9990 credits/,
    );
    equal(await stateOf("b2c"), "off");
  } finally {
    await switchOn();
  }
  await proven(world);
});

/** The commands `golive smoke` and `golive webhook`. `golive webhook` finds a lost event. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { proven, withLostEvents } from "../support/project/database.ts";
import { openCheckout } from "../support/money/purchases.ts";
import { payInSilence } from "../support/money/stripe.ts";
import { backEnd, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive } from "./command.ts";

const world = readWorld();

Deno.test("the smoke test passes, and moves no money", async () => {
  const ended = await golive(world, ["smoke"]);
  deepEqual([ended.code, failures(ended)], [0, []]);
  match(ended.evidence("smoke.50-credits"), /^50 credits, balance 50/);
  equal(ended.report.completeness["stripe"], false);
  equal(ended.state("smoke.send-notification"), "skipped");
  await proven(world);
});

Deno.test("a wrong shared secret fails the smoke test at its step alone", async () => {
  const args = ["smoke", "--email", "smoke-receiver@example.com"];
  const ended = await golive(world, args, { NOTIFICATION_SECRET: "w".repeat(32) });
  deepEqual([ended.code, failures(ended)], [1, ["smoke.send-notification"]]);
});

Deno.test("events signed here are accepted, applied once, and make one entry", async () => {
  const ended = await golive(world, ["webhook"]);
  deepEqual(failures(ended).filter((code) => code !== "webhook.gaps"), []);
  match(ended.evidence("webhook.out-of-order"), /is paid, 1 entry/);
  match(ended.evidence("webhook.replay"), /duplicate: true/);
  await proven(world);
});

Deno.test("a lost event is a gap, and the printed backfill closes it", () =>
  withLostEvents(world, "exclusive", async () => {
    const buyer = await signUp(world);
    const events = await payInSilence(world, await openCheckout(world, buyer));
    const lost = events.find(({ type }) => type === "checkout.session.completed")!;
    // The command ignores events of the last 20 seconds, because they may still be on their way.
    await until(
      "the event is old",
      () => Date.now() / 1000 - lost.created > 21 || undefined,
      30_000,
    );
    const ended = await golive(world, ["webhook"]);
    ok(failures(ended).includes("webhook.gaps"));
    match(ended.next("webhook.gaps") ?? "", /webhook-events\/backfill/);
    equal(
      (await post(world, "webhook-events/backfill", backEnd(world), { hours: 24 })).status,
      200,
    );
    equal((await golive(world, ["webhook"])).state("webhook.gaps"), "ok");
    await proven(world);
  }));

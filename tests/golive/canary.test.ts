/** The canary rolls back by itself if events are lost. */
import { deepEqual, equal, match } from "node:assert/strict";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { proven, withDeliveries } from "../support/project/database.ts";
import { control } from "../support/money/stripe.ts";
import { openCheckout, orderBecomes } from "../support/money/purchases.ts";
import { signUp } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";
import { changeEndpoint, goliveWith } from "./planted.ts";
import { salesOf, withSales } from "./sales.ts";

const world = readWorld();

interface Planted {
  readonly name: string;
  readonly plant: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
  /** Matches the evidence that shows which share of the events has arrived. */
  readonly share: RegExp;
}

const LOST: readonly Planted[] = [
  {
    name: "webhooks that Stripe does not deliver",
    plant: () => control(world, "POST", "deliveries/hold"),
    end: () => control(world, "POST", "deliveries/release"),
    share: /webhooks 0\.00 % of \d events/,
  },
  {
    name: "an endpoint with another signing secret",
    plant: () => changeEndpoint(world, { secret: "whsec_wrong" }),
    end: () => changeEndpoint(world, { secret: world.webhookSecret }),
    share: /webhooks 0\.00 % of \d events/,
  },
  {
    name: "each third webhook that gets lost",
    plant: () => control(world, "POST", "deliveries/fail", { percent: 34 }),
    end: () => control(world, "POST", "deliveries/fail", { percent: 0 }),
    share: /webhooks [5-8]\d\.\d\d % of \d events/,
  },
];

const CANARY = ["canary", "--again", "--stage-seconds", "6"];

for (const { name, plant, end, share } of LOST) {
  Deno.test(`${name}: the gate closes, the canary switches its flag off, and the order is paid later`, () =>
    withDeliveries(world, "exclusive", () =>
      withSales(world, async () => {
        const buyer = await signUp(world);
        const checkout = await openCheckout(world, buyer);
        await plant();
        try {
          const ended = await goliveWith(world, CANARY, "canary.stage-1", async () => {
            equal((await payCheckout(checkout.checkout_url)).result, "paid");
          });
          equal(ended.code, 1);
          const evidence = ended.evidence("canary.stage-1");
          match(evidence, /^gate webhook-success closed: b2c was switched off in [^]+ m?s, and/);
          match(evidence, share);
          match(ended.next("canary.stage-1") ?? "", /starts at its first stage/);
          const codes = ended.report.checked.map(({ code }) => code);
          deepEqual(codes, ["canary.start", "canary.baseline", "canary.stage-1"]);
          equal(await salesOf(world), "off");
        } finally {
          await end();
          await control(world, "POST", "deliveries/flush");
        }
        await orderBecomes(world, buyer, checkout.order_id, "paid");
        await proven(world);
      })));
}

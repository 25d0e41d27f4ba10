/** Failures that stop `golive full` before its canary begins. Sales then stay switched off. */
import { deepEqual, equal, match } from "node:assert/strict";
import { withMail } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive, type Settings } from "./command.ts";
import { changeEndpoint, turn } from "./planted.ts";
import { salesOf, switchSales, withSales } from "./sales.ts";

const world = readWorld();

const FULL = ["full", "--live", "--again", "--stage-seconds", "1"];

interface Planted {
  readonly name: string;
  readonly settings?: Settings;
  readonly plant?: () => Promise<unknown>;
  readonly end?: () => Promise<unknown>;
  /** The step that fails, a part of its evidence and a part of its fix. */
  readonly stopsAt: readonly [code: string, evidence: RegExp, fix: RegExp];
}

const PLANTED: readonly Planted[] = [
  {
    name: "a test key with a live webhook",
    settings: {
      STRIPE_SECRET_KEY: "sk_test_of_the_other_mode",
      STRIPE_PUBLISHABLE_KEY: "pk_live_of_the_app",
    },
    stopsAt: [
      "preflight.key-modes",
      /^STRIPE_SECRET_KEY test, STRIPE_PUBLISHABLE_KEY live/,
      /the mode of this launch/,
    ],
  },
  {
    name: "a wrong signing secret",
    settings: { STRIPE_WEBHOOK_SECRET: "whsec_of_another_endpoint" },
    stopsAt: ["preflight.webhook-secret", /the function refuses it/, /STRIPE_WEBHOOK_SECRET/],
  },
  {
    name: "a disabled endpoint",
    plant: () => changeEndpoint(world, { disabled: true }),
    end: () => changeEndpoint(world),
    stopsAt: ["preflight.webhook-endpoint", /disabled/, /stripe:setup/],
  },
  {
    name: "an endpoint of an old API version",
    plant: () => changeEndpoint(world, { api_version: "2018-05-21" }),
    end: () => changeEndpoint(world, { api_version: "2026-10-28.endive" }),
    stopsAt: ["preflight.webhook-endpoint", /2018-05-21/, /stripe:setup/],
  },
  {
    name: "a mail service that is down",
    plant: () => turn(world, "mail/stop"),
    end: () => turn(world, "mail/start"),
    stopsAt: ["preflight.mail-service", /can't be reached/, /Receipts wait/],
  },
];

for (const { name, settings, plant, end, stopsAt: [code, evidence, fix] } of PLANTED) {
  Deno.test(`${name} stops the launch before its canary, and nothing is on sale`, () =>
    withMail(world, "exclusive", () =>
      withSales(world, async () => {
        await switchSales(world, "off"); // Sales are off before a launch.
        await plant?.();
        try {
          const ended = await golive(world, FULL, settings);
          deepEqual([ended.code, failures(ended)], [1, [code]], JSON.stringify(ended.report.next));
          match(ended.evidence(code), evidence);
          match(ended.next(code) ?? "", fix);
          equal(ended.state("canary.start"), "not run");
          equal(await salesOf(world), "off");
        } finally {
          await end?.();
        }
      })));
}

Deno.test("functions with a test key refuse the events of the live webhook", () =>
  withDeployment(world, { STRIPE_SECRET_KEY: "sk_test_1234" }, async ({ url }) => {
    const ended = await golive(world, ["webhook"], { SUPABASE_URL: url });
    equal(ended.state("webhook.signed"), "failed");
    // Two answers are possible. A database that has received events has a mode, which differs from
    // the key's mode, so the answer is 500. A database without events has no mode. In that case the
    // function compares the event's mode with the key's, and answers 400.
    match(
      ended.evidence("webhook.signed"),
      /POST \/stripe-webhook (500 internal|400 mode_mismatch)/,
    );
    match(ended.next("webhook.signed") ?? "", /this endpoint's signing secret of this mode/);
  }));

/**
 * The preflight finds each fault that the test causes. The code of the failed check identifies the
 * fault.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { withSql } from "../support/project/database.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive } from "./command.ts";

const world = readWorld();

Deno.test("a whole stack is a GO, and a check that can't run here is skipped", async () => {
  const settings = { APP_ORIGINS: "http://localhost:3000" };
  const ended = await golive(world, ["preflight"], settings);
  deepEqual([ended.code, ended.report.verdict, failures(ended)], [0, "GO", []]);
  equal(ended.state("preflight.origins"), "ok", ended.evidence("preflight.origins"));
  equal(ended.state("preflight.webhook-secret"), "ok");
  equal(ended.state("preflight.migrations"), "ok");
  equal(ended.state("preflight.cron"), "ok");
  equal(ended.state("preflight.mail-service"), "ok", ended.evidence("preflight.mail-service"));
  for (const code of ["preflight.mail-domain", "preflight.redis-tls", "preflight.three-inboxes"]) {
    equal(ended.state(code), "skipped", code);
  }
});

/** Causes a fault in the database and one at Stripe, and repairs both after `use`. */
async function withFaults(use: () => Promise<void>): Promise<void> {
  const stripe = stripeOf(world);
  const [endpoint] = (await stripe.webhookEndpoints.list()).data;
  await withSql(world, (sql) =>
    sql`
    insert into supabase_migrations.schema_migrations (version, name)
    values ('29991231235959', 'farthing_from_the_future')`);
  await stripe.webhookEndpoints.update(endpoint!.id, { enabled_events: ["charge.succeeded"] });
  try {
    await use();
  } finally {
    await stripe.webhookEndpoints.update(endpoint!.id, { enabled_events: ["*"] });
    await withSql(world, (sql) =>
      sql`
      delete from supabase_migrations.schema_migrations where version = '29991231235959'`);
  }
}

Deno.test("each planted fault is a NO-GO with its code, and a fix", async () => {
  const settings = {
    STRIPE_PUBLISHABLE_KEY: "pk_test_of_another_mode",
    STRIPE_WEBHOOK_SECRET: "whsec_of_another_endpoint",
    APP_ORIGINS: "https://shop-that-is-not-allowed.example.com",
    CONSOLE_URL: `${world.url}/functions/v1/no-console`,
    UPSTASH_REDIS_REST_TOKEN: "wrong",
  };
  await withFaults(async () => {
    const ended = await golive(world, ["preflight"], settings);
    equal(ended.code, 1);
    deepEqual(failures(ended), [
      "preflight.key-modes",
      "preflight.webhook-endpoint",
      "preflight.webhook-secret",
      "preflight.migrations",
      ...(world.redisUrl === undefined ? [] : ["preflight.redis-eviction"]),
      "preflight.origins",
      "preflight.console",
    ]);
    match(ended.evidence("preflight.key-modes"), /STRIPE_PUBLISHABLE_KEY test/);
    match(ended.evidence("preflight.webhook-secret"), /the function refuses it/);
    match(ended.evidence("preflight.webhook-endpoint"), /does not listen to/);
    for (const code of failures(ended)) match(ended.next(code) ?? "", /.{20}/, code);
    const text = JSON.stringify(ended.report);
    for (const secret of ["whsec_of", "pk_test_of", world.secretKey]) {
      equal(text.includes(secret), false, "a report must not show a secret");
    }
  });
});

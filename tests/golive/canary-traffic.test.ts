/** Failures that the canary sees in the requests and emails of a stage. */
import { deepEqual, equal, match } from "node:assert/strict";
import { withCleanup } from "@farthing/command-line";
import { alterBriefly } from "../support/project/alter-table.ts";
import { proven, withMail, withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { failures } from "./command.ts";
import { goliveWith, turn } from "./planted.ts";
import { salesOf, withSales } from "./sales.ts";

const world = readWorld();

const canaryOf = (seconds: number) => [
  ...["canary", "--again", "--traffic", "--stage-seconds", String(seconds)],
];

/**
 * Each process reports the counts of its metrics every ten seconds, so a stage of the canary has to
 * be longer.
 */
const CANARY = canaryOf(15);
/**
 * A receipt is sent only after the payment, and on a busy machine some seconds pass until the
 * sending fails. So a stage that must notice the failure is longer.
 */
const UNTIL_RECEIPT = canaryOf(30);

/** Locks the accounts again and again, as a long migration does, until the returned function is called. */
function slowDown(): () => Promise<void> {
  let isOver = false;
  const locking = withSql(world, async (sql) => {
    while (!isOver) {
      await sql.begin(async (step) => {
        await step`lock table farthing.accounts in access exclusive mode`;
        await step`select pg_sleep(0.4)`;
      });
    }
  });
  return async () => {
    isOver = true;
    await locking;
  };
}

/**
 * With these stages, the test causes the failure in the first stage. If there were an earlier
 * stage, other work on this machine might slow that stage down. A gate would then close before the
 * failure.
 */
const AT_25 = [...CANARY, "--stages", "25,50,100"];

Deno.test("p95 of twice the baseline at 25 % closes the gate, and the canary switches its flag off", () =>
  withSales(world, async () => {
    let speedUp = () => Promise.resolve();
    const plant = () => Promise.resolve(speedUp = slowDown());
    const run = () => goliveWith(world, AT_25, "canary.stage-25", plant);
    const ended = await withCleanup(() => speedUp(), run);
    deepEqual([ended.code, failures(ended)], [1, ["canary.stage-25"]]);
    const evidence = ended.evidence("canary.stage-25");
    match(evidence, /^gate [a-z0-9, -]*p95[a-z0-9, -]* closed: b2c was switched off in /);
    match(
      evidence,
      /canary\.p95 closed: p95 of \w+ \/\S+ \d+ ms, \d+\.\d\d × the baseline's \d+ ms \(limit 2 ×\)/,
    );
    // If a busy machine has slowed the baseline down, this step ends with a warning.
    match(ended.state("canary.baseline"), /^(ok|warning)$/);
    deepEqual(
      ended.report.checked.filter(({ code }) => code !== "canary.baseline")
        .map(({ code, state }) => `${code} ${state}`),
      [
        ...["canary.start ok", "canary.stage-1 skipped", "canary.stage-5 skipped"],
        "canary.stage-25 failed",
      ],
    );
    equal(await salesOf(world), "off");
    await proven(world);
  }));

/**
 * A trigger that makes each charge of usage fail. A migration that forgets a column would have the
 * same effect.
 */
const BREAK = `
  create function farthing.golive_breaks() returns trigger language plpgsql as
    $$ begin raise exception 'planted by a test'; end $$;
  create trigger golive_breaks before insert on farthing.usage_events
    for each row execute function farthing.golive_breaks()`;

Deno.test("errors above 0.5 % close the gate, and the canary switches its flag off", () =>
  withSales(world, async () => {
    const alter = (statements: string) =>
      withSql(world, (sql) => alterBriefly(sql, (step) => step.unsafe(statements)));
    try {
      const ended = await goliveWith(world, CANARY, "canary.stage-1", () => alter(BREAK));
      deepEqual([ended.code, failures(ended)], [1, ["canary.stage-1"]]);
      const evidence = ended.evidence("canary.stage-1");
      match(evidence, /^gate error-rate[a-z0-9, -]* closed: b2c was switched off in /);
      match(
        evidence,
        /canary\.error-rate closed: errors \d+\.\d\d % of \d+ requests \(limit < 0\.5 %\)/,
      );
      equal(await salesOf(world), "off");
    } finally {
      await alter("drop function if exists farthing.golive_breaks cascade");
    }
    await proven(world);
  }));

Deno.test("a mail service that is down closes the gate, and the canary switches its flag off", () =>
  withMail(world, "exclusive", () =>
    withSales(world, async () => {
      try {
        const plant = () => turn(world, "mail/stop");
        const ended = await goliveWith(world, UNTIL_RECEIPT, "canary.stage-1", plant);
        deepEqual([ended.code, failures(ended)], [1, ["canary.stage-1"]]);
        const evidence = ended.evidence("canary.stage-1");
        match(evidence, /^gate [a-z0-9, -]*email closed: b2c was switched off in /);
        match(
          evidence,
          /canary\.email closed: emails 0\.00 % of \d+ attempts sent \(limit > 95 %\)/,
        );
        equal(await salesOf(world), "off");
      } finally {
        await turn(world, "mail/start");
      }
      await proven(world);
    })));

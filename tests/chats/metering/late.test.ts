/**
 * Metered calls on the real service. The hold of a call expires before the call ends or is settled.
 * An expired hold can still be settled for an hour. After that hour, the usage or the app's own
 * price is charged without the hold.
 */
import { deepEqual, equal } from "node:assert/strict";
import { countEntries, proven, withPolicy, withSql } from "../../support/project/database.ts";
import { readWorld } from "../../support/project/world.ts";
import type { App } from "./app.ts";
import {
  brief,
  type Ending,
  playEnding,
  PRICE,
  read,
  readAll,
  readOn,
  slow,
  titleOf,
} from "./ending.ts";

const world = readWorld();
const metering = { ...brief.metering, ttlSeconds: 1 };
const short = { metering };
const own = { metering: { ...metering, price: () => PRICE } };

/** Reads the whole answer while no hold can be settled, so that the charge stays in the journal. */
async function leavePending(app: App): Promise<void> {
  app.down = ["/settle"];
  await readAll(app);
  app.down = [];
}

async function leaveExpired(app: App): Promise<void> {
  await leavePending(app);
  await app.holdExpires();
}

/** Reads a slow answer to its end. The call's hold expires before that. */
async function outlive(app: App): Promise<void> {
  const reader = await read(app, 5);
  await app.holdExpires();
  await readOn(reader);
  equal(await countEntries(world, app.person.id), 2, "the grant, and one charge");
}

const orphan: Omit<Ending, "name"> = {
  ...{ ...short, markers: "[hang:5]", middleware: { onAbort: "stop" } },
  async play(app) {
    await read(app, 5);
    await app.holdExpires();
  },
  ...{ charge: "hold", isLeft: true },
};

const late: Ending[] = [
  {
    name: "settled after its hold has expired",
    ...short,
    play: leaveExpired,
    charge: "bill",
    isLeft: true,
  },
  {
    name: "at the app's own price, settled after its hold has expired",
    ...own,
    play: leaveExpired,
    charge: "price",
    isLeft: true,
  },
  { name: "that outlives its hold", ...slow, ...short, play: outlive, charge: "bill" },
  { name: "orphaned within its text until its hold has expired", ...orphan },
  {
    name: "finished by two processes after its hold has expired",
    ...short,
    play: async (app) => {
      await leaveExpired(app);
      await Promise.all([app.restart(), app.restart()]);
      equal(await countEntries(world, app.person.id), 2, "the grant, and one charge");
    },
    charge: "bill",
  },
];

/**
 * A call that is charged late by a request to `path`. The charge takes effect, but the response is
 * lost.
 */
const unanswered = (path: string, options: typeof short, charge: Ending["charge"]): Ending => ({
  name: `charged late by ${path} without a response`,
  ...options,
  play: async (app) => {
    await leaveExpired(app);
    app.lost = [`/${path}`];
    equal(await app.restart(), 0);
    app.lost = [];
  },
  charge,
  isLeft: true,
});

const inTheHour: Ending[] = [...late, unanswered("settle", short, "bill")];

const spentMeanwhile: Ending = {
  name: "settled when its user has spent the rest",
  ...short,
  play: async (app) => {
    await leaveExpired(app);
    const { credits } = app.backEnd();
    const move = { user_id: app.person.id, amount: "1000", reason: "test" };
    await credits.debit(move);
    equal(await app.restart(), 0, "refused, and kept in the journal");
    await credits.grant({ ...move, source: "promotional" });
  },
  charge: "bill",
  isLeft: true,
};

const afterTheHour: Ending[] = [
  ...late.map((ending) => ({ ...ending, name: `${ending.name} by more than an hour` })),
  unanswered("usage", short, "bill"),
  unanswered("debits", own, "price"),
  spentMeanwhile,
];

const deleted: Ending[] = [
  {
    name: "of a user who is deleted while it runs",
    ...slow,
    play: async (app) => {
      const reader = await read(app, 5);
      await app.deleteUser();
      await readOn(reader);
      deepEqual(app.settlements.map(({ status }) => status), ["free"]);
    },
    charge: "gone",
  },
  {
    name: "of a user who is deleted before it is settled",
    ...brief,
    play: async (app) => {
      await leavePending(app);
      await app.deleteUser();
    },
    charge: "gone",
    isLeft: true,
  },
  ...[["", short] as const, ["at the app's own price, ", own] as const].map((
    [price, options],
  ): Ending => ({
    name: `${price}of a user who is deleted after its hold has expired`,
    ...options,
    play: async (app) => {
      await leaveExpired(app);
      await app.deleteUser();
    },
    charge: "gone",
    isLeft: true,
  })),
];

/**
 * Runs `use` while the policy allows no settlement of expired holds. The effect is the same as if
 * more than an hour had passed.
 */
const withoutLateHour = (use: () => Promise<void>) =>
  withPolicy(world, "exclusive", () =>
    withSql(world, async (sql) => {
      const set = (late_settle_within: string) =>
        sql`select farthing.set_policy(${sql.json({ late_settle_within })}, 'a test')`;
      const [before] = await sql`select late_settle_within::text as late from farthing.policy`;
      await set("0");
      try {
        await use();
      } finally {
        await set(before!.late);
      }
    }));

function testLate(
  name: string,
  endings: readonly Ending[],
  around = (use: () => Promise<void>) => use(),
) {
  Deno.test(name, async (test) => {
    for (const ending of endings) {
      await test.step(titleOf(ending), () => around(() => playEnding(world, ending)));
    }
    await proven(world);
  });
}

testLate("a metered call is charged once within an hour after its hold", inTheHour);
testLate("a metered call is charged once later than that, too", afterTheHour, withoutLateHour);
testLate("a metered call of a deleted user leaves nothing in the journal", deleted);

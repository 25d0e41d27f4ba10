/** Tests each action of an app during a fault: the answer is the expected one, and money moves only once. */
import { ok } from "node:assert/strict";
import { proven } from "../../support/project/database.ts";
import { databaseIsBack } from "../../support/processes/killing.ts";
import { readWorld } from "../../support/project/world.ts";
import { type Condition, type FaultGroup, type FaultName, FAULTS } from "./conditions.ts";
import { EXPECTED } from "./expected.ts";
import { type JourneyName, JOURNEYS } from "./journeys.ts";

const world = readWorld();
const names = Object.keys(JOURNEYS) as JourneyName[];

function testFault(fault: FaultName, condition: Condition): void {
  Deno.test({
    name: `${fault}: each action of an app is answered as expected, and happens once`,
    ignore: world.dataDir === undefined,
    fn: async (t) => {
      await condition.under(world, async (cut) => {
        for (const name of names) {
          await t.step(`${name} answers ${EXPECTED[fault][name].join(" or ")}`, async () => {
            const attempt = await JOURNEYS[name](world, condition.marker ?? "");
            const act = () => attempt.act(cut);
            const answer = await (condition.during?.(world, act) ?? act());
            ok(EXPECTED[fault][name].includes(answer.status), `${answer.status}: ${answer.text}`);
            await databaseIsBack(world);
            await attempt.finish();
          });
        }
      });
      await proven(world);
    },
  });
}

/** Defines a test for each fault condition of the group. */
export function testFaults(group: FaultGroup): void {
  const faults: Partial<Record<FaultName, Condition>> = FAULTS[group];
  for (const [fault, condition] of Object.entries(faults)) {
    testFault(fault as FaultName, condition);
  }
}

/**
 * Tests calls whose charge is not settled when the process ends. The next start of the app settles
 * each charge once.
 */
import { deepEqual, equal } from "node:assert/strict";
import { type Ending, testEndings } from "../testing/ending.ts";
import { finish, HELD, readAll, type Scene, text, usageOf } from "../testing/scene.ts";

const MINUTE_MS = 60_000;

/**
 * Streams a complete answer, which costs 7 plus `output` credits. Returns the types of the parts.
 */
async function answer(scene: Scene, output = 5): Promise<string[]> {
  const reader = await scene.stream();
  scene.write(text("Four"), finish(usageOf(7, output)));
  scene.answer.close();
  return await readAll(reader);
}

testEndings(
  [
    {
      name: "a settlement that does not reach Farthing is made at the next start",
      async play(scene) {
        scene.service.down = ["/settle"];
        deepEqual(await answer(scene), ["text-delta", "finish"], "the answer is complete");
        deepEqual(scene.settlements, ["pending"]);
        scene.service.down = [];
      },
      charged: 12,
      isLeft: true,
    },
    {
      name: "a settlement whose response is lost is not made twice",
      async play(scene) {
        scene.service.lost = ["/settle"];
        await answer(scene);
        deepEqual(scene.service.charges, [12]);
        scene.service.lost = [];
      },
      charged: 12,
      isLeft: true,
    },
    {
      name: "a process that dies before the first text charges the most at the next start",
      async play(scene) {
        await scene.stream();
      },
      charged: HELD,
      isLeft: true,
    },
    {
      name: "a process that dies within the text charges the most at the next start",
      async play(scene) {
        const reader = await scene.stream();
        scene.write(text("Four"));
        await reader.read();
      },
      charged: HELD,
      isLeft: true,
    },
    {
      name: "a settlement up to an hour after the hold's expiry is made late",
      async play(scene) {
        scene.service.down = ["/settle"];
        await answer(scene);
        scene.service.down = [];
        scene.service.now += 30 * MINUTE_MS;
      },
      charged: 12,
      isLeft: true,
    },
    {
      name: "a day after the hold's expiry the usage is charged instead",
      async play(scene) {
        scene.service.down = ["/settle"];
        await answer(scene);
        scene.service.down = [];
        scene.service.now += 24 * 60 * MINUTE_MS;
      },
      charged: 12,
      isLeft: true,
    },
    {
      name: "a day after the hold's expiry a price of the app's own is debited instead",
      options: {
        price: ({ input_tokens, output_tokens }) => `${input_tokens + 2 * output_tokens}`,
      },
      async play(scene) {
        scene.service.down = ["/settle"];
        await answer(scene);
        scene.service.down = [];
        scene.service.now += 24 * 60 * MINUTE_MS;
      },
      charged: 17,
      isLeft: true,
    },
    {
      name: "a late charge whose response is lost is not made twice",
      async play(scene) {
        scene.service.down = ["/settle"];
        await answer(scene);
        scene.service.down = [];
        scene.service.now += 24 * 60 * MINUTE_MS;
        scene.service.lost = ["/usage"];
        const { pending } = await scene.finishAtNextStart();
        deepEqual([pending.length, scene.service.charges], [1, [12]]);
        scene.service.lost = [];
      },
      charged: 12,
      isLeft: true,
    },
    {
      name: "a charge beyond the overdraft limit takes all credits that are available",
      async play(scene) {
        await answer(scene, 50_000);
      },
      charged: 1_000,
    },
    {
      name: "a charge beyond the overdraft limit takes no less than was held",
      options: { balance: HELD },
      async play(scene) {
        scene.service.down = ["/settle"];
        await answer(scene, 50_000);
        scene.service.down = [];
        scene.service.now += 30 * MINUTE_MS;
        scene.service.balance = 5; // Other calls have used all credits but 5.
      },
      charged: HELD,
      isLeft: true,
    },
    {
      name: "a free call whose record stays is free at the next start",
      async play(scene) {
        const reader = await scene.stream();
        const remove = scene.journalFails();
        scene.answer.close();
        await readAll(reader);
        remove();
      },
      charged: null,
      isLeft: true,
    },
    {
      name: "a settled call whose record stays is not charged again",
      async play(scene) {
        const reader = await scene.stream();
        const remove = scene.journalFails();
        scene.write(text("Four"), finish(usageOf(7, 5)));
        scene.answer.close();
        await readAll(reader);
        remove();
        deepEqual(scene.service.charges, [12]);
      },
      charged: 12,
      isLeft: true,
    },
    {
      name: "a running call of another process is left alone until its hold expires",
      async play(scene) {
        const reader = await scene.stream();
        const now = new Date(scene.service.now);
        const { running, settled } = await scene.start().finishSettlements({ now });
        deepEqual([running.length, settled], [1, []]);
        scene.write(text("Four"), finish(usageOf(7, 5)));
        scene.answer.close();
        await readAll(reader);
      },
      charged: 12,
    },
    {
      name: "a running call of the same process is left alone",
      async play(scene) {
        const reader = await scene.stream();
        const { running } = await scene.metering.finishSettlements({ alone: true });
        equal(running.length, 1);
        scene.write(text("Four"), finish(usageOf(7, 5)));
        scene.answer.close();
        await readAll(reader);
      },
      charged: 12,
    },
  ] satisfies Ending[],
);

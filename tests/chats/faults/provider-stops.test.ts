/**
 * T28 in docs/reference/traps.md: streams whose caller has left, and whose answer the functions
 * can't read to its end. Either the time limit for reading passes, or the provider breaks off or
 * hangs. The time limit is in the policy and applies to all chats, so these tests run alone on
 * their stack.
 */
import { equal, ok } from "node:assert/strict";
import { chatOf, judge, KINDS } from "../leaving/bill.ts";
import { type Leave, leaveAccepted, leaveAfter, leaveSdk } from "../leaving/leave.ts";
import { changePolicy } from "../../support/money/bookings.ts";
import type { ProviderRequest } from "../../support/work/chat.ts";
import { proven } from "../../support/project/database.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

type Moment = readonly [name: string, leave: Leave];

const ACCEPTED: Moment = ["when the provider has accepted", leaveAccepted];
const FIRST: Moment = ["at the first piece", leaveAfter(() => 1)];
const SDK: Moment = ["at the first piece, by OpenAI's SDK", leaveSdk];
const MIDDLE: Moment = ["in the middle", leaveAfter(({ pieces }) => pieces / 2)];

interface Case {
  /** The value of the policy's abandoned_stream_timeout during the test. */
  readonly timeout: string;
  /**
   * Texts in the prompt that make the emulated provider slow, or make it stop its stream. They are
   * added to the texts that each kind of chat has in its prompt.
   */
  readonly markers: string;
  readonly moments: readonly Moment[];
}

/**
 * Leaves a chat of each kind at each moment, checks the cost of each chat, and returns the requests that
 * the provider got.
 */
async function leaveAll({ timeout, markers, moments }: Case): Promise<ProviderRequest[]> {
  const before = await changePolicy(world, { abandoned_stream_timeout: timeout });
  try {
    const chats = [];
    for (const [moment, leave] of moments) {
      // The people sign up in small groups: a slow machine can't serve all of them at once.
      const started = await Promise.all(KINDS.map((kind) => chatOf(world, kind, markers)));
      chats.push(...started.map((chat) => ({ chat, moment, leave })));
    }
    return await Promise.all(chats.map(async ({ chat, moment, leave }) => {
      await leave(world, chat);
      return await judge(world, chat, `left ${moment}, read for ${timeout}, ${markers}`);
    }));
  } finally {
    await changePolicy(world, before);
  }
}

for (const timeout of ["0 seconds", "300 milliseconds"]) {
  Deno.test(`T28: a stream read for ${timeout} after its caller left costs at least the bill`, async () => {
    // The provider is slow, so the time limit passes while the provider still answers.
    const markers = "[pace:400] [think:12]";
    const calls = await leaveAll({ timeout, markers, moments: [ACCEPTED, FIRST, MIDDLE, SDK] });
    for (const { aborted, billed, usage } of calls) {
      ok(aborted, "the provider ended before the time limit");
      ok(billed!.completion_tokens < usage!.completion_tokens);
    }
    await proven(world);
  });
}

/** The provider stops its stream after twelve pieces, when the caller has already left. */
const ENDS: readonly [name: string, Case][] = [
  ["is cut", { timeout: "20 seconds", markers: "[cut:12]", moments: [ACCEPTED, FIRST, SDK] }],
  ["breaks off", { timeout: "20 seconds", markers: "[break:12]", moments: [ACCEPTED, FIRST, SDK] }],
  ["hangs", {
    // This is longer than the provider needs for the twelve pieces, even on a busy machine.
    timeout: "8 seconds",
    markers: "[hang:12]",
    moments: [ACCEPTED, FIRST, SDK],
  }],
];

for (const [name, each] of ENDS) {
  Deno.test(`T28: a stream that ${name} after its caller left costs from the bill to the hold`, async () => {
    for (const { tokens_sent } of await leaveAll(each)) equal(tokens_sent, 12);
    await proven(world);
  });
}

import assert from "node:assert/strict";
import { DatabaseFailure, TIMED_OUT } from "../_shared/adapters/database/failures.ts";
import { timeLeftMs } from "../_shared/core/deadline.ts";
import { CHAT_SAMPLES } from "#support/samples/chats.ts";
import { makeFake } from "#support/fakes/services.ts";
import { ledModel } from "#support/fakes/led-model.ts";
import { eventsOf, postStreamed, settled } from "#support/samples/streamed-chat.ts";
import { ApiError } from "../_shared/core/errors.ts";

/** A scheduled task closes a chat that has had no heartbeat for this long. */
const SILENT_MS = 60_000;
const HEARTBEAT_MS = 15_000;

Deno.test("T28: charging ends within 45 s, before the chat counts as silent", async () => {
  const left: number[] = [];
  const chats_settle: typeof CHAT_SAMPLES.chats_settle = (args) => {
    left.push(timeLeftMs(Infinity));
    return CHAT_SAMPLES.chats_settle(args);
  };
  const fake = await makeFake({ answers: { chats_settle } });
  await eventsOf(await postStreamed(fake));
  await settled(fake);
  assert.equal(left.length, 1);
  const [ms = 0] = left;
  assert(ms <= SILENT_MS - HEARTBEAT_MS && ms > SILENT_MS - HEARTBEAT_MS - 5_000, `${ms} ms`);
});

Deno.test("T28: a chat whose provider sent nothing has 45 s to be released", async () => {
  const left: number[] = [];
  const chats_release: typeof CHAT_SAMPLES.chats_release = () => {
    left.push(timeLeftMs(Infinity));
    return { status: "released" };
  };
  const provider = ledModel();
  provider.fail(new ApiError("upstream_unavailable", { status: 502 }));
  const fake = await makeFake({ ai: provider.ai, answers: { chats_release } });
  assert.equal((await postStreamed(fake)).status, 502);
  await settled(fake);
  const [ms = 0] = left;
  assert(ms <= SILENT_MS - HEARTBEAT_MS && ms > SILENT_MS - HEARTBEAT_MS - 5_000, `${ms} ms`);
});

Deno.test("a release is retried until it is stored, after a timeout too", async () => {
  let calls = 0;
  const chats_release: typeof CHAT_SAMPLES.chats_release = () => {
    calls += 1;
    if (calls === 1) throw new DatabaseFailure({ code: TIMED_OUT, message: "" });
    return { status: "released" };
  };
  const provider = ledModel();
  provider.fail(new ApiError("upstream_unavailable", { status: 502 }));
  const fake = await makeFake({ ai: provider.ai, answers: { chats_release } });
  assert.equal((await postStreamed(fake)).status, 502);
  await settled(fake);
  assert.equal(calls, 2);
});

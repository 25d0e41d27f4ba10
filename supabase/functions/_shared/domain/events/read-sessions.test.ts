import assert from "node:assert/strict";
import type { WaitingPayment } from "../../contracts/database/results/inbox.ts";
import { ApiError } from "../../core/errors.ts";
import { INBOX_EVENT, makeFake } from "#support/fakes/services.ts";
import { readSessions } from "./read-sessions.ts";

const UNTIL = Number.MAX_SAFE_INTEGER;

function queueOf(...ids: string[]) {
  const due = ids.map((payment_id): WaitingPayment => ({ payment_id, paid_at: 1_795_000_000 }));
  return {
    sessions_claim: ({ p_limit }: { p_limit: number }) => due.splice(0, p_limit),
  };
}

Deno.test("each session that is due is received like a delivered event", async () => {
  const ids = ["pi_1", "pi_2", "pi_3", "pi_4", "pi_5", "pi_6"];
  const readPaidSession = ({ payment_id, paid_at }: WaitingPayment) =>
    Promise.resolve({ ...INBOX_EVENT, id: `read:${payment_id}`, created: paid_at });
  const fake = await makeFake({ answers: queueOf(...ids), payments: { readPaidSession } });
  assert.deepEqual(await readSessions(fake.services, UNTIL), { read: 6, failed: 0 });
  const received = fake.calls.filter(({ name }) => name === "inbox_receive");
  assert.deepEqual(
    received.map(({ args }) => args.p_event),
    ids.map((id) => ({ ...INBOX_EVENT, id: `read:${id}` })),
  );
});

Deno.test("a payment without a paid session, and one that can't be read, stop no other", async () => {
  const readPaidSession = ({ payment_id }: WaitingPayment) => {
    if (payment_id === "pi_1") return Promise.resolve(null);
    if (payment_id === "pi_2") return Promise.reject(new ApiError("upstream_unavailable"));
    return Promise.resolve(INBOX_EVENT);
  };
  const answers = queueOf("pi_1", "pi_2", "pi_3");
  const fake = await makeFake({ answers, payments: { readPaidSession } });
  assert.deepEqual(await readSessions(fake.services, UNTIL), { read: 1, failed: 2 });
  assert.deepEqual(fake.lines.map(({ level, record }) => [level, record.payment_id]), [
    ["warn", "pi_1"],
    ["warn", "pi_2"],
  ]);
});

Deno.test("a key of the other mode is reported, and no time is used after the end", async () => {
  const readPaidSession = () => Promise.resolve(INBOX_EVENT);
  const inbox_receive = () => Promise.reject(new ApiError("mode_mismatch"));
  const answers = { ...queueOf("pi_1"), inbox_receive };
  const other = await makeFake({ answers, payments: { readPaidSession } });
  await assert.rejects(readSessions(other.services, UNTIL), { code: "mode_mismatch" });
  const late = await makeFake({ answers: queueOf("pi_1") });
  assert.deepEqual(await readSessions(late.services, 0), { read: 0, failed: 0 });
  assert.deepEqual(late.names(), []);
});

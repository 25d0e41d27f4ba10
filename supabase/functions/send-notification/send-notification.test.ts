import assert from "node:assert/strict";
import { createLimiter } from "../_shared/limits/limiter.ts";
import { NO_METRICS } from "../_shared/metrics/metrics.ts";
import { makeFake, PREVIOUS_WEBHOOK_SECRET, WEBHOOK_SECRET } from "#support/fakes/services.ts";
import { NOTIFICATION_CASES } from "#support/cases/notifications.ts";
import { send } from "#support/cases/routes.ts";

const { body } = NOTIFICATION_CASES[0]!;
const QUOTA = 600;

/** Makes the real rate limiter, with a time that does not change. */
function limiterOfOneMinute() {
  const nowMs = () => Date.parse("2026-11-21T12:00:13Z");
  return createLimiter({ redis: "unconfigured", metrics: NO_METRICS, log: () => {}, nowMs });
}

Deno.test("600 notifications a minute are queued with either secret, and the next is 429", async () => {
  const fake = await makeFake({ overrides: { limiter: limiterOfOneMinute() } });
  const ask = async (nth: number, secret: string) => {
    const headers = { "idempotency-key": `key-${nth}`, "x-webhook-secret": secret };
    const answer = await send(fake, "POST", "/send-notification", { body, headers });
    await answer.body?.cancel();
    return answer;
  };
  for (let nth = 0; nth < QUOTA; nth++) {
    const secret = nth % 2 === 0 ? WEBHOOK_SECRET : PREVIOUS_WEBHOOK_SECRET;
    assert.equal((await ask(nth, secret)).status, 200, `the ${nth}th`);
  }
  for (const secret of [WEBHOOK_SECRET, PREVIOUS_WEBHOOK_SECRET]) {
    const refused = await ask(QUOTA, secret);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get("ratelimit-policy"), `"notifications";q=${QUOTA};w=60`);
    assert.match(refused.headers.get("ratelimit") ?? "", /^"notifications";r=0;t=\d+$/);
    const seconds = Number(refused.headers.get("retry-after"));
    assert(seconds >= 1 && seconds <= 60, `${seconds}`);
  }
  assert.equal(fake.names().length, QUOTA);
});

Deno.test("wrong secrets do not count against the limit of the secret's owner", async () => {
  const fake = await makeFake({ overrides: { limiter: limiterOfOneMinute() } });
  for (let nth = 0; nth <= QUOTA; nth++) {
    const headers = { "idempotency-key": "key-1", "x-webhook-secret": `guess ${nth}` };
    const answer = await send(fake, "POST", "/send-notification", { body, headers });
    assert.equal(answer.status, 401);
    await answer.body?.cancel();
  }
  const headers = { "idempotency-key": "key-1", "x-webhook-secret": WEBHOOK_SECRET };
  const answer = await send(fake, "POST", "/send-notification", { body, headers });
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
});

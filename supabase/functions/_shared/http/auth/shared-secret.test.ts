import assert from "node:assert/strict";
import { makeFake, PREVIOUS_WEBHOOK_SECRET, WEBHOOK_SECRET } from "#support/fakes/services.ts";
import { NOTIFICATION_CASES } from "#support/cases/notifications.ts";
import { headersOf, send } from "#support/cases/routes.ts";
import { ApiError } from "../../core/errors.ts";
import { createSharedVerifier } from "./shared-secret.ts";

const { body } = NOTIFICATION_CASES[0]!;

async function statusWith(headers: Record<string, string>): Promise<number> {
  const fake = await makeFake();
  const answer = await send(fake, "POST", "/send-notification", {
    body,
    headers: { "idempotency-key": "key-1", ...headers },
  });
  await answer.body?.cancel();
  assert.equal(fake.names().length, answer.status === 200 ? 1 : 0);
  return answer.status;
}

Deno.test("the current and the previous secret are accepted, and similar texts are refused", async () => {
  for (const good of [WEBHOOK_SECRET, PREVIOUS_WEBHOOK_SECRET]) {
    assert.equal(await statusWith({ "x-webhook-secret": good }), 200);
    for (const near of [`${good}x`, good.slice(1), good.toUpperCase(), ""]) {
      assert.equal(await statusWith({ "x-webhook-secret": near }), 401, near);
    }
  }
  // If a header was sent twice, the runtime joins the two values with a comma.
  const both = `${WEBHOOK_SECRET},${PREVIOUS_WEBHOOK_SECRET}`;
  assert.equal(await statusWith({ "x-webhook-secret": both }), 400);
});

Deno.test("without the secret an anonymous caller gets 401, and another credential gets 403", async () => {
  const fake = await makeFake();
  assert.equal(await statusWith({}), 401);
  for (const role of ["user", "operator", "secret"] as const) {
    assert.equal(await statusWith(await headersOf(role, fake)), 403, role);
  }
});

Deno.test("the same idempotency key with either secret is the same request", async () => {
  const keys = new Set<unknown>();
  for (const secret of [WEBHOOK_SECRET, PREVIOUS_WEBHOOK_SECRET]) {
    const fake = await makeFake();
    const headers = { "idempotency-key": "key-1", "x-webhook-secret": secret };
    await send(fake, "POST", "/send-notification", { body, headers });
    keys.add(fake.calls[0]?.args.p_idempotency_key);
  }
  assert.equal(keys.size, 1);
});

Deno.test("a wrong secret is refused, whatever else the caller sends", () => {
  const verify = createSharedVerifier([WEBHOOK_SECRET]);
  assert.throws(
    () => verify(new Headers({ "x-webhook-secret": "wrong", apikey: "sb_secret_1" })),
    (error) => error instanceof ApiError && error.code === "unauthenticated",
  );
});

Deno.test("without a configured secret every request is refused", () => {
  for (const secrets of [undefined, []]) {
    const verify = createSharedVerifier(secrets);
    for (const given of ["", "undefined", WEBHOOK_SECRET]) {
      assert.throws(
        () => verify(new Headers({ "x-webhook-secret": given })),
        (error) => error instanceof ApiError && error.code === "not_ready",
      );
    }
  }
});

import { deepEqual, rejects } from "node:assert/strict";
import { failed } from "../core/step.ts";
import type { Context, GoLiveStep } from "./context.ts";
import { redacting } from "./redacting.ts";

const values = { STRIPE_SECRET_KEY: "sk_live_12345678" };
const context = { project: { settings: { values, source: "a test" } } } as unknown as Context;

const stepOf = (run: GoLiveStep["run"]): GoLiveStep =>
  redacting([{ code: "x.y", title: "?", source: "project", run }])[0]!;

Deno.test("a secret is in no evidence, no fix and no message of an error", async () => {
  const said = "Stripe refuses sk_live_12345678";
  const found = await stepOf(() => Promise.resolve(failed(said, said))).run(context);
  const hidden = "Stripe refuses [hidden]";
  deepEqual(found, { state: "failed", evidence: [hidden], fix: hidden });
  await rejects(() => stepOf(() => Promise.reject(new Error(said))).run(context), {
    message: hidden,
  });
});

import { deepEqual, equal, rejects } from "node:assert/strict";
import { failed } from "../core/step.ts";
import type { Context, GoLiveStep } from "./context.ts";
import { redacting } from "./redacting.ts";

const values = { STRIPE_SECRET_KEY: "sk_live_12345678" };
const contextWith = (options: object) =>
  ({ project: { settings: { values, source: "a test" } }, options }) as unknown as Context;
const context = contextWith({});

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

Deno.test("the address of --email is in no evidence, also as Auth or a URL has it", async () => {
  const said = "Ceo@Shop.example, ceo@shop.example, ceo%40shop.example";
  const step = stepOf(() => Promise.resolve(failed(said, said)));
  const hidden = "[hidden], [hidden], [hidden]";
  deepEqual(await step.run(contextWith({ email: "Ceo@Shop.example" })), {
    ...{ state: "failed", evidence: [hidden], fix: hidden },
  });
});

Deno.test("a key of the environment is hidden, too, when the settings come from a file", async () => {
  const before = Deno.env.get("STRIPE_SETUP_KEY");
  Deno.env.set("STRIPE_SETUP_KEY", "rk_live_87654321");
  try {
    const step = stepOf(() => Promise.resolve(failed("no rk_live_87654321", "?")));
    equal((await step.run(contextWith({}))).evidence[0], "no [hidden]");
  } finally {
    if (before === undefined) Deno.env.delete("STRIPE_SETUP_KEY");
    else Deno.env.set("STRIPE_SETUP_KEY", before);
  }
});

import assert from "node:assert/strict";
import { eventOf } from "#support/samples/stripe.ts";
import { factsOf } from "./stored-facts.ts";

const UNUSED = ["customer.created", "charge.refunded", "payment_intent.created", "constructor"];

for (const type of UNUSED) {
  Deno.test(`${type}, a type that we do not use, has no facts`, () => {
    assert.deepEqual(factsOf(eventOf(type, { id: "x_1" })), {});
  });
}

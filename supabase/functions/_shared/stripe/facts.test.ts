import assert from "node:assert/strict";
import { EVENT_TYPES, factsOf } from "./facts.ts";
import { eventOf, example } from "../testing/stripe-examples.ts";

const UNUSED = ["customer.created", "charge.refunded", "payment_intent.created", "constructor"];

for (const type of UNUSED) {
  Deno.test(`${type}, a type that we do not use, has no facts`, () => {
    assert.deepEqual(factsOf(eventOf(type, { id: "x_1" })), {});
  });
}

const OBJECTS: readonly [string, string][] = [
  ["checkout.", "checkout.session"],
  ["payment_intent.", "payment_intent"],
  ["charge.dispute.", "dispute"],
  ["charge.", "charge"],
  ["refund.", "refund"],
  ["application_fee.", "application_fee"],
  ["account.", "account"],
  ["setup_intent.", "setup_intent"],
  ["payment_method.", "payment_method"],
  ["radar.", "charge"],
];

/** What of an example could be told of a person. */
const PERSONAL = ["Jenny", "jenny", "example.com", "1234 Fake Street", "secret", "4242"];

for (const type of EVENT_TYPES) {
  Deno.test(`${type} of Stripe's own example is flat, bounded and without a person`, () => {
    const [, name] = OBJECTS.find(([prefix]) => type.startsWith(prefix))!;
    const facts = factsOf(eventOf(type, example(name)));
    assert(Object.keys(facts).length > 0);
    const text = JSON.stringify(facts);
    assert(Object.values(facts).every((value) => typeof value !== "object" || value === null));
    for (const word of PERSONAL) assert(!text.includes(word), `${word} in ${text}`);
    assert(text.length < 1000);
  });
}

Deno.test("who deploys is told to listen to the types that we use, and to no others", async () => {
  const page = await Deno.readTextFile(
    new URL("../../../../docs/deploy.md", import.meta.url),
  );
  const [, block] = /these events[^`]*```\n([^`]*)```/.exec(page)!;
  assert.deepEqual(block!.trim().split(/\s+/).toSorted(), EVENT_TYPES.toSorted());
});

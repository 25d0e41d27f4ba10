/**
 * For each type of event, the facts that the functions store. The facts are read from Stripe's complete
 * examples.
 */
import { ok } from "node:assert/strict";
import type Stripe from "stripe";
import { example } from "@farthing/stripe-emulator/fixtures";
import {
  EVENT_TYPES,
  factsOf,
} from "../../supabase/functions/_shared/adapters/stripe/stored-facts.ts";

/** The example object of an event. The key is the first part of the event's type. */
const OBJECTS: readonly [string, Parameters<typeof example>[0]][] = [
  ["checkout.", "checkout.session"],
  ["payment_intent.", "payment_intent"],
  ["charge.dispute.", "dispute"],
  ["charge.", "charge"],
  ["refund.", "refund"],
  ["application_fee.", "application_fee"],
  ["account.", "account"],
  ["setup_intent.", "setup_intent"],
  ["payment_method.", "payment_method"],
  ["radar.", "radar.early_fraud_warning"],
  ["payout.", "payout"],
];

/**
 * Words in the examples that belong to a person or a card, or that mark a secret. The functions must not
 * store them.
 */
const PERSONAL = ["Jenny", "jenny", "example.com", "1234 Fake Street", "secret", "4242"];

for (const type of EVENT_TYPES) {
  Deno.test(`facts of ${type} are flat except for movements, small, and have no personal data`, () => {
    const [, name] = OBJECTS.find(([prefix]) => type.startsWith(prefix))!;
    const event = { ...example("event"), type, data: { object: example(name) } } as Stripe.Event;
    const facts = factsOf(event);
    const values: unknown[] = Object.values(facts)
      .flatMap((value) => Array.isArray(value) ? value.flatMap(Object.values) : [value]);
    ok(values.length > 0);
    ok(values.every((value) => value !== undefined));
    ok(values.every((value) => typeof value !== "object" || value === null));
    const text = JSON.stringify(facts);
    for (const word of PERSONAL) ok(!text.includes(word), `${word} in ${text}`);
    ok(text.length < 1000);
  });
}

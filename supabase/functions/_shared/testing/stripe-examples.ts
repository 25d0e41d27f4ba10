/** Stripe's own example objects, as its documentation has them, for tests to change. */
import type Stripe from "stripe";

const FILE = new URL("../../../../scripts/stack/stripe/fixtures/examples.json", import.meta.url);
const EXAMPLES = JSON.parse(Deno.readTextFileSync(FILE)) as Record<string, object>;

/** An example with some of its fields changed. */
export function example<T extends object>(name: string, changes: Partial<T> = {}): T {
  return { ...EXAMPLES[name], ...changes } as T;
}

/** An event of an object, as it comes from Stripe. */
export function eventOf(type: string, object: object): Stripe.Event {
  return { ...EXAMPLES.event, type, data: { object } } as Stripe.Event;
}

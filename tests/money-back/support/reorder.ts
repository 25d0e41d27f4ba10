/** Returns a history with Stripe's events in a different order, each event delivered twice. */
import { isStripes, type Step } from "../model/steps.ts";
import type { Random } from "./random.ts";

/**
 * Shuffles Stripe's events and keeps the order of all other steps. Steps that create orders and bookings
 * come first, because a payment needs its order.
 */
export function shuffledAndDoubled(steps: readonly Step[], random: Random): Step[] {
  const isBegin = ({ do: what }: Step) => what === "order" || what === "book";
  const begun = steps.filter(isBegin);
  const events = random.shuffled(steps.filter(isStripes));
  const delivered = steps.filter((step) => !isBegin(step))
    .map((step) => isStripes(step) ? { ...events.shift()!, now: step.now } : step);
  for (const event of delivered.filter(isStripes)) {
    // The repeat is delivered after the event itself; `inTime` moves it to a later second.
    delivered.splice(random.between(delivered.indexOf(event) + 1, delivered.length), 0, {
      ...event,
      now: 0,
    });
  }
  return inTime([...begun.map((step, index) => ({ ...step, now: index + 1 })), ...delivered]);
}

/**
 * Makes the seconds of the steps strictly ascending. A step that is not later than its predecessor
 * moves to the second after the predecessor.
 */
function inTime(steps: readonly Step[]): Step[] {
  let last = 0;
  return steps.map((step) => {
    last = Math.max(step.now, last + 1);
    return { ...step, now: last };
  });
}

/** The same history with Stripe's events in another order and each event delivered twice. */
import { isStripes, type Step } from "../model/steps.ts";
import type { Random } from "./random.ts";

/**
 * Keeps the order of our own steps and shuffles Stripe's events. Orders and bookings begin first,
 * because a payment needs its order.
 */
export function shuffledAndDoubled(steps: readonly Step[], random: Random): Step[] {
  const isBegin = ({ do: what }: Step) => what === "order" || what === "book";
  const begun = steps.filter(isBegin);
  const events = random.shuffled(steps.filter(isStripes));
  const told = steps.filter((step) => !isBegin(step))
    .map((step) => isStripes(step) ? { ...events.shift()!, now: step.now } : step);
  for (const event of told.filter(isStripes)) {
    // The repeat comes later than the event, so that it gets a second of its own.
    told.splice(random.between(told.indexOf(event) + 1, told.length), 0, { ...event, now: 0 });
  }
  return inTime([...begun.map((step, index) => ({ ...step, now: index + 1 })), ...told]);
}

/** Moves a step that would not come after the step before it to the next second. */
function inTime(steps: readonly Step[]): Step[] {
  let last = 0;
  return steps.map((step) => {
    last = Math.max(step.now, last + 1);
    return { ...step, now: last };
  });
}

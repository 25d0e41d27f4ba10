/** The same history with Stripe's events in another order, each delivered twice. */
import { isStripes, type Step } from "../model/steps.ts";
import type { Random } from "./random.ts";

/**
 * What we do ourselves stays in its order; what Stripe tells comes in any order, and again later. Orders
 * are begun first, for nothing can be paid that was not.
 */
export function shuffledAndDoubled(steps: readonly Step[], random: Random): Step[] {
  const isBegin = ({ do: what }: Step) => what === "order" || what === "book";
  const begun = steps.filter(isBegin);
  const events = random.shuffled(steps.filter(isStripes));
  const told = steps.filter((step) => !isBegin(step))
    .map((step) => isStripes(step) ? { ...events.shift()!, now: step.now } : step);
  for (const event of told.filter(isStripes)) {
    // Later than now, so that it gets a second of its own.
    told.splice(random.between(told.indexOf(event) + 1, told.length), 0, { ...event, now: 0 });
  }
  return inTime([...begun.map((step, index) => ({ ...step, now: index + 1 })), ...told]);
}

/** A step that would come before the one it follows comes a second after that. */
function inTime(steps: readonly Step[]): Step[] {
  let last = 0;
  return steps.map((step) => {
    last = Math.max(step.now, last + 1);
    return { ...step, now: last };
  });
}

/**
 * Compares this machine's time with the project's. Stripe's signatures and the canary's stages need
 * these times to agree.
 */
import type { GoLiveStep } from "../command/context.ts";
import { failed, type Finding, found, skipped } from "../core/step.ts";
import { ask, NOBODY } from "../shared/ask.ts";

/**
 * Stripe accepts signatures that are up to five minutes old. This limit is lower, because the times
 * of a stage must be more exact than that.
 */
const MOST_SECONDS = 30;

/**
 * Returns by how many seconds this machine is ahead of the project; 0 if the difference is too
 * small to measure. The header has whole seconds, and was written at some time during the request.
 * @param header the response's `Date`
 */
export function aheadOf(header: string, askedMs: number, answeredMs: number): number {
  const [earliest, latest] = [Date.parse(header), Date.parse(header) + 999];
  if (askedMs > latest) return (askedMs - latest) / 1000;
  return answeredMs < earliest ? (answeredMs - earliest) / 1000 : 0;
}

/**
 * A slow response makes the measurement less exact: the project may have written its time at any
 * moment of the request.
 */
export function judgeClock(header: string, askedMs: number, answeredMs: number): Finding {
  if (Number.isNaN(Date.parse(header))) {
    return skipped("the Date header of the project's responses is not a date");
  }
  const ahead = aheadOf(header, askedMs, answeredMs);
  const most = Math.ceil((answeredMs - askedMs) / 1000) + 1;
  const away = Math.abs(ahead).toFixed(0);
  const evidence = ahead === 0
    ? `within ${most} s`
    : `this machine is ${away} s ${ahead > 0 ? "ahead" : "behind"}, measured within ${most} s`;
  if (Math.abs(ahead) > MOST_SECONDS) {
    return failed(evidence, "Set this machine's clock, for example by NTP.");
  }
  return most > MOST_SECONDS ? skipped(`the response was too slow: ${evidence}`) : found(evidence);
}

export const clock: GoLiveStep = {
  code: "preflight.clock",
  title: "Does this machine's clock agree with the project's?",
  source: "project",
  async run({ project }) {
    const askedMs = Date.now();
    const { headers } = await ask(project, "health/live", { as: NOBODY });
    const answeredMs = Date.now();
    const date = headers.get("date");
    if (date === null) return skipped("the project's responses have no Date header");
    return judgeClock(date, askedMs, answeredMs);
  },
};

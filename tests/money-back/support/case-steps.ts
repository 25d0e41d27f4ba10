/** Functions that make the steps of test cases. Each step happens ten seconds after the step before it. */
import type { StepResult } from "../model/buyer.ts";
import type { RefundStatus } from "../model/status-order.ts";
import type { OwnStep, Step, StripeStep } from "../model/steps.ts";
import { disputeEvents, type Facts } from "./stripe-courses.ts";

/**
 * `at` is the second in which Stripe created the event. It is absent if Stripe delivers the event
 * in that second.
 */
type Draft = OwnStep | (Facts & { at?: number }) | { do: "wait"; seconds: number };

export interface Case {
  name: string;
  steps: Draft[][];
  /** The expected end of the case, as end-in-words.ts describes it. It was worked out by hand. */
  ends: string;
  /** The expected outcomes of the refused steps, in order. All other steps must succeed. */
  refused?: StepResult[];
  /** The expected sum of each author's changes of the balance, for test cases about authors. */
  authors?: string[];
}

const PACE_SECONDS = 10;
const STRIPES = ["payment", "refund", "dispute", "warning"];

const isEvent = (draft: Draft): draft is Facts & { at?: number } => STRIPES.includes(draft.do);

export function tell(testCase: Case): Step[] {
  const steps: Step[] = [];
  let now = 0;
  for (const draft of testCase.steps.flat()) {
    now += PACE_SECONDS;
    if (draft.do === "wait") now += draft.seconds;
    else if (!isEvent(draft)) steps.push({ now, ...draft });
    else steps.push({ now, at: now, event: `e${now}`, ...draft } as { now: number } & StripeStep);
  }
  return steps;
}

export const begins = (order: string, sold: string, expires_in?: number): Draft[] => [
  { do: "order", order, package: sold, ...expires_in !== undefined && { expires_in } },
];
/**
 * Creates a booking. By default, Stripe divides the payment between provider and platform when the
 * buyer pays. If `share` is "waits", the provider is paid after completion.
 */
export const books = (order: string, amount: number, share = "divided"): Draft[] => [
  { do: "book", order, amount, currency: "usd", waits: share === "waits" },
];
export const confirms = (order: string): Draft[] => [{ do: "advance", order, to: "confirmed" }];
export const completes = (order: string): Draft[] => [
  ...confirms(order),
  { do: "advance", order, to: "completed" },
];
export const cancels = (order: string): Draft[] => [{ do: "cancel", order }];
export const runs = (): Draft[] => [{ do: "run" }];
export const pays = (order: string): Draft[] => [{ do: "payment", order }];
export const buys = (order: string, sold: string, expires_in?: number) => [
  ...begins(order, sold, expires_in),
  ...pays(order),
];
export const spends = (amount: string, by?: string): Draft[] => [{
  do: "debit",
  amount,
  ...by !== undefined && { by },
}];
export const uses = (tokens: number): Draft[] => [{ do: "usage", tokens }];
export const grants = (amount: string, expires_in?: number): Draft[] => [{
  do: "grant",
  amount,
  source: "promotional",
  ...expires_in !== undefined && { expires_in },
}];
export const holds = (hold: string, amount: string, ttl = 10_000): Draft[] => [
  { do: "hold", hold, amount, ttl },
];
/** Gives each grant and debit a reference under which credits can be moved only once. */
export const once = (reference: string, drafts: Draft[]): Draft[] =>
  drafts.map((draft) =>
    draft.do === "grant" || draft.do === "debit" ? { ...draft, once: reference } : draft
  );
export const settles = (hold: string, amount: string, by?: string): Draft[] => [{
  do: "settle",
  hold,
  amount,
  ...by !== undefined && { by },
}];
export const releases = (hold: string): Draft[] => [{ do: "release", hold }];
export const asks = (order: string, refund: string, amount: number): Draft[] => [
  { do: "ask", order, refund, amount },
];
export const refunds = (
  order: string,
  refund: string,
  amount: number,
  ...statuses: RefundStatus[]
): Draft[] => statuses.map((status) => ({ do: "refund", order, refund, amount, status }));

/** Makes these refunds at Stripe also reverse the provider's part. */
export const reverses = (drafts: Draft[]): Draft[] =>
  drafts.map((draft) => draft.do === "refund" ? { ...draft, reverses: true } : draft);

/**
 * Makes the events of a dispute. Each text has a status and the direction of the money that has moved since
 * the status before it: "needs_response out", "won in". If no text names a direction, a loss withdraws the
 * amount and a win reinstates it.
 */
export const disputes = (
  order: string,
  dispute: string,
  amount: number,
  ...words: string[]
): Draft[] =>
  disputeEvents({
    ...{ order, dispute, amount },
    words: words.some((word) => word.includes(" ")) ? words : withUsualMoney(words),
    settles: (direction) => ({
      amount: direction === "out" ? -amount : amount,
      currency: "usd",
    }),
  });

function withUsualMoney(words: readonly string[]): string[] {
  let isOut = false;
  return words.map((word) => {
    const moves = word === "lost" && !isOut
      ? " out"
      : word === "won"
      ? isOut ? " in" : " out in"
      : "";
    if (word === "lost" || word === "won") isOut = word === "lost";
    return word + moves;
  });
}

/**
 * Converts the disputes to euros, with one exchange rate for withdrawals and another for reinstatements.
 */
export const inEuros = (drafts: Draft[]): Draft[] =>
  drafts.map((draft) =>
    draft.do !== "dispute" ? draft : {
      ...draft,
      moved: draft.moved.map((each) => {
        const rate = each.amount < 0 ? 0.92 : 0.9;
        return { ...each, currency: "eur", rate, amount: Math.round(each.amount * rate) };
      }),
    }
  );

/**
 * Makes `at` the second in which Stripe created the events. The order of delivery does not change.
 */
export const late = (drafts: Draft[], at: number): Draft[] =>
  drafts.map((draft) => isEvent(draft) ? { ...draft, at } : draft);

/** Converts claims and withdrawals to Swiss francs, without an exchange rate to the payment's currency. */
export const inFrancs = (drafts: Draft[]): Draft[] =>
  drafts.map((draft) =>
    draft.do !== "dispute" ? draft : {
      ...draft,
      currency: "chf",
      moved: draft.moved.map((each) => ({ ...each, currency: "chf" })),
    }
  );

export const warns = (order: string, warning: string, actionable = true): Draft[] => [
  { do: "warning", order, warning, actionable },
];
export const clears = (warning: string): Draft[] => [{ do: "clear", warning }];
export const expires = (): Draft[] => [{ do: "sweep" }];
export const leaves = (): Draft[] => [{ do: "leave" }];
export const waits = (seconds: number): Draft[] => [{ do: "wait", seconds }];

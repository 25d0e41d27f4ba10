/** Full and partial refunds, refunds that need rounding, and pending, failed and canceled refunds. */
import { asks, buys, type Case, grants, refunds, spends, uses } from "../support/case-steps.ts";

const thirds = (...names: string[]) =>
  names.flatMap((name) => refunds("o1", name, 333, "succeeded"));

const whole: Case[] = [
  {
    name: "a full refund of unspent credits claws back all of them",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 1000, "succeeded")],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
  {
    name: "a full refund claws back the bonus, too",
    steps: [buys("o1", "bonus"), refunds("o1", "r1", 1000, "succeeded")],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 120 back",
  },
  {
    name: "a full refund turns the spent part of the credits into debt",
    steps: [buys("o1", "plain"), spends("30"), refunds("o1", "r1", 1000, "succeeded")],
    ends: "has -30, may spend 0, owes 30; o1 refunded, 100 back",
  },
  {
    name: "a full refund of spent credits becomes debt",
    steps: [buys("o1", "plain"), uses(5000), refunds("o1", "r1", 1000, "succeeded")],
    ends: "has -100, may spend 0, owes 100; o1 refunded, 100 back",
  },
  {
    name: "a payment of one cent can be refunded in full",
    steps: [buys("o1", "cent"), spends("1"), refunds("o1", "r1", 1, "succeeded")],
    ends: "has -1, may spend 0, owes 1; o1 refunded, 10 back",
  },
  {
    name: "a refund of the largest package claws back the exact amount",
    steps: [buys("o1", "huge"), refunds("o1", "r1", 99_999_999_999, "succeeded")],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 11000000000000 back",
  },
];

const inPart: Case[] = [
  {
    name:
      "T5: a refund of a quarter of the price claws back a quarter of the credits and the bonus",
    steps: [buys("o1", "bonus"), refunds("o1", "r1", 250, "succeeded")],
    ends: "has 90, may spend 90, owes 0; o1 partially_refunded, 30 back",
  },
  {
    name: "paid credits are clawed back before the bonus",
    steps: [
      buys("o1", "bonus"),
      spends("50"),
      refunds("o1", "r1", 750, "succeeded"),
    ],
    ends: "has -20, may spend 0, owes 20; o1 partially_refunded, 90 back",
  },
  {
    name: "credits spent between two partial refunds become debt at the second refund",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 400, "succeeded"),
      spends("60"),
      refunds("o1", "r2", 600, "succeeded"),
    ],
    ends: "has -60, may spend 0, owes 60; o1 refunded, 100 back",
  },
  {
    name: "credits that a partial refund did not claw back can be spent",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 250, "succeeded"), spends("75")],
    ends: "has 0, may spend 0, owes 0; o1 partially_refunded, 25 back",
  },
  {
    name: "credits that a partial refund clawed back can't be spent",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 500, "succeeded"), spends("51")],
    ends: "has 50, may spend 50, owes 0; o1 partially_refunded, 50 back",
    refused: ["insufficient_credits"],
  },
  {
    name: "two partial refunds above the payment claw back only the credits of their order",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 700, "succeeded"),
      refunds("o1", "r2", 700, "succeeded"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
];

const rounded: Case[] = [
  {
    name: "two thirds of an amount that is not divisible by three are rounded down",
    steps: [buys("o1", "odd"), thirds("r1", "r2")],
    ends: "has 44.444444444444444445, may spend 44.444444444444444445, owes 0; " +
      "o1 partially_refunded, 88.888888888888888888 back",
  },
  {
    name: "three thirds of an amount that is not divisible by three add up to the amount",
    steps: [buys("o1", "odd"), thirds("r1", "r2", "r3")],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 133.333333333333333333 back",
  },
  {
    name: "a seventh is rounded down at the 18th decimal",
    steps: [buys("o1", "seventh"), refunds("o1", "r1", 1, "succeeded")],
    ends: "has 0.857142857142857144, may spend 0.857142857142857144, owes 0; " +
      "o1 partially_refunded, 0.142857142857142857 back",
  },
  {
    name: "seven sevenths add up to the whole amount",
    steps: [
      buys("o1", "seventh"),
      ...Array.from({ length: 7 }, (_, nr) => refunds("o1", `r${nr}`, 1, "succeeded")),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 1.000000000000000001 back",
  },
  {
    name: "a refund worth less than the last decimal claws back nothing",
    steps: [buys("o1", "dust"), refunds("o1", "r1", 27, "succeeded")],
    ends: "has 0.000000000000000011, may spend 0.000000000000000011, owes 0; " +
      "o1 partially_refunded, 0 back",
  },
  {
    name: "a third of eleven units of the last decimal is three units",
    steps: [buys("o1", "dust"), refunds("o1", "r1", 100, "succeeded")],
    ends: "has 0.000000000000000008, may spend 0.000000000000000008, owes 0; " +
      "o1 partially_refunded, 0.000000000000000003 back",
  },
  {
    name:
      "a refund of half a payment in a currency without decimals claws back half of the credits",
    steps: [buys("o1", "yen"), refunds("o1", "r1", 350, "succeeded")],
    ends: "has 500.5, may spend 500.5, owes 0; o1 partially_refunded, 500.5 back",
  },
];

const slow: Case[] = [
  {
    name: "a pending refund claws back credits at once",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 1000, "pending")],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
  {
    name: "a pending refund claws back nothing more when it succeeds",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 400, "pending", "succeeded")],
    ends: "has 60, may spend 60, owes 0; o1 partially_refunded, 40 back",
  },
  {
    name:
      "a refund that waits for the buyer claws back credits, and a cancellation reinstates them",
    steps: [buys("o1", "bonus"), refunds("o1", "r1", 1000, "requires_action", "canceled")],
    ends: "has 120, may spend 120, owes 0; o1 paid, 0 back",
  },
  {
    name: "a refund that fails reinstates the credits",
    steps: [buys("o1", "bonus"), refunds("o1", "r1", 600, "pending", "failed")],
    ends: "has 120, may spend 120, owes 0; o1 paid, 0 back",
  },
  {
    name: "a refund that fails after its success reinstates the credits",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 1000, "succeeded", "failed"), spends("100")],
    ends: "has 0, may spend 0, owes 0; o1 paid, 0 back",
  },
  {
    name: "a canceled refund stays canceled, whatever other events arrive",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 700, "succeeded", "canceled", "failed", "pending"),
    ],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "a failure that arrives before its refund claws back nothing",
    steps: [buys("o1", "plain"), refunds("o1", "r1", 1000, "failed", "pending", "succeeded")],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
  },
  {
    name: "a refund that fails cancels its debt",
    steps: [buys("o1", "plain"), spends("30"), refunds("o1", "r1", 1000, "pending", "failed")],
    ends: "has 70, may spend 70, owes 0; o1 paid, 0 back",
  },
  {
    name: "a failed refund reinstates the credits of the grant that paid its debt",
    steps: [
      buys("o1", "plain"),
      spends("30"),
      refunds("o1", "r1", 1000, "pending"),
      grants("50"),
      refunds("o1", "r1", 1000, "failed"),
    ],
    ends: "has 120, may spend 120, owes 0; o1 paid, 0 back",
  },
  {
    name: "a failed refund cancels the remaining debt and reinstates the paid part",
    steps: [
      buys("o1", "plain"),
      spends("30"),
      refunds("o1", "r1", 1000, "pending"),
      grants("10"),
      refunds("o1", "r1", 1000, "failed"),
    ],
    ends: "has 80, may spend 80, owes 0; o1 paid, 0 back",
  },
  {
    name: "the debt that a failed refund cancels goes back to the later of two grants first",
    steps: [
      buys("o1", "plain"),
      spends("100"),
      refunds("o1", "r1", 500, "pending"),
      refunds("o1", "r2", 500, "pending"),
      grants("60"),
      grants("60"),
      refunds("o1", "r2", 500, "failed"),
    ],
    ends: "has 70, may spend 70, owes 0; o1 partially_refunded, 50 back",
  },
  {
    name: "a failed partial refund does not change another partial refund",
    steps: [
      buys("o1", "bonus"),
      refunds("o1", "r1", 500, "pending"),
      refunds("o1", "r2", 500, "succeeded"),
      refunds("o1", "r1", 500, "failed"),
    ],
    ends: "has 60, may spend 60, owes 0; o1 partially_refunded, 60 back",
  },
  {
    name: "if one of two refunds above the payment fails, only the other's part stays clawed back",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 700, "succeeded"),
      refunds("o1", "r2", 700, "succeeded", "failed"),
    ],
    ends: "has 30, may spend 30, owes 0; o1 partially_refunded, 70 back",
  },
  {
    name: "credits that a failed refund reinstated are clawed back by the next refund",
    steps: [
      buys("o1", "bonus"),
      refunds("o1", "r1", 1000, "pending", "failed"),
      spends("20"),
      refunds("o1", "r2", 1000, "succeeded"),
    ],
    ends: "has -20, may spend 0, owes 20; o1 refunded, 120 back",
  },
];

const asked: Case[] = [
  {
    name: "T6: a second full refund is refused and moves nothing",
    steps: [
      buys("o1", "plain"),
      asks("o1", "r1", 1000),
      refunds("o1", "r1", 1000, "succeeded"),
      asks("o1", "r2", 1000),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
    refused: ["already_refunded"],
  },
  {
    name: "T6: a refund above the remaining amount is refused and moves nothing",
    steps: [
      buys("o1", "plain"),
      asks("o1", "r1", 600),
      refunds("o1", "r1", 600, "pending", "succeeded"),
      asks("o1", "r2", 401),
    ],
    ends: "has 40, may spend 40, owes 0; o1 partially_refunded, 60 back",
    refused: ["refund_too_large"],
  },
  {
    name: "T6: a requested refund reserves its amount before Stripe answers, and moves nothing yet",
    steps: [buys("o1", "plain"), asks("o1", "r1", 600), asks("o1", "r2", 600)],
    ends: "has 100, may spend 100, owes 0; o1 paid, 0 back",
    refused: ["refund_too_large"],
  },
  {
    name: "T6: another refund can be requested after a failed one",
    steps: [
      buys("o1", "plain"),
      asks("o1", "r1", 1000),
      refunds("o1", "r1", 1000, "failed"),
      asks("o1", "r2", 1000),
      refunds("o1", "r2", 1000, "succeeded"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
  },
  {
    name:
      "T6: a requested refund that exceeds the payment together with a dashboard refund is refused",
    steps: [
      buys("o1", "plain"),
      refunds("o1", "r1", 700, "pending"),
      asks("o1", "r2", 700),
      asks("o1", "r3", 300),
      refunds("o1", "r3", 300, "succeeded"),
    ],
    ends: "has 0, may spend 0, owes 0; o1 refunded, 100 back",
    refused: ["refund_too_large"],
  },
];

export const refundCases: Case[] = [...whole, ...inPart, ...rounded, ...slow, ...asked];

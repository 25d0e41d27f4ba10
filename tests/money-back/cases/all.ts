/** All test cases, in the order in which they run. */
import type { Story } from "../support/case-steps.ts";
import { authorStories } from "./authors.ts";
import { bookingStories } from "./bookings.ts";
import { disputesByMoney } from "./disputes-by-money.ts";
import { disputeStories } from "./disputes.ts";
import { holdStories } from "./holds.ts";
import { leaverStories } from "./deleted-users.ts";
import { orderStories } from "./orders.ts";
import { overdraftStories } from "./overdrafts.ts";
import { refundStories } from "./refunds.ts";
import { warningStories } from "./warnings.ts";

export const STORIES: readonly Story[] = [
  ...refundStories,
  ...disputeStories,
  ...disputesByMoney,
  ...warningStories,
  ...holdStories,
  ...overdraftStories,
  ...orderStories,
  ...leaverStories,
  ...authorStories,
  ...bookingStories,
];

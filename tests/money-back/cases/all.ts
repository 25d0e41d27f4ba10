/**
 * All test cases, in the order in which they run. In these files, "rule N" is a rule of
 * docs/reference/rules.md.
 */
import type { Case } from "../support/case-steps.ts";
import { authorCases } from "./authors.ts";
import { bookingCases } from "./bookings.ts";
import { disputesByMoney } from "./disputes-by-money.ts";
import { disputeCases } from "./disputes.ts";
import { holdCases } from "./holds.ts";
import { deletedUserCases } from "./deleted-users.ts";
import { orderCases } from "./orders.ts";
import { overdraftCases } from "./overdrafts.ts";
import { refundCases } from "./refunds.ts";
import { warningCases } from "./warnings.ts";

export const CASES: readonly Case[] = [
  ...refundCases,
  ...disputeCases,
  ...disputesByMoney,
  ...warningCases,
  ...holdCases,
  ...overdraftCases,
  ...orderCases,
  ...deletedUserCases,
  ...authorCases,
  ...bookingCases,
];

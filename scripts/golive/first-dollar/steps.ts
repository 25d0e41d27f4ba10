/** One purchase, with evidence from Stripe, the credits and the ledger. */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { checkout, payment } from "./buy.ts";
import { credits, entry, receipt } from "./granted.ts";
import { payout, refund } from "./settle.ts";

export const FIRST_DOLLAR: readonly GoLiveStep[] = redacting([
  checkout,
  payment,
  credits,
  entry,
  receipt,
  payout,
  refund,
]);

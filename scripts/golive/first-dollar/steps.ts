/** One purchase, with evidence from Stripe, the credits and the ledger. */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { checkout } from "./checkout.ts";
import { credits, entry } from "./credits.ts";
import { payment } from "./payment.ts";
import { receipt } from "./receipt.ts";
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

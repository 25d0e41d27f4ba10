/** The steps that check an event's way from Stripe to the ledger. */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { gaps } from "./missing-events.ts";
import { outOfOrder } from "./event-order.ts";
import { badSignature, replay, signed } from "./signature.ts";

export const WEBHOOK: readonly GoLiveStep[] = redacting([
  badSignature,
  signed,
  replay,
  outOfOrder,
  gaps,
]);

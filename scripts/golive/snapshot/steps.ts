/**
 * The steps that make a snapshot and show that it works: it is dumped, restored, proved, and
 * brought up to date with Stripe's events.
 */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { catchUp } from "./catch-up.ts";
import { cleanUp, dropIfFailed } from "./clean-up.ts";
import { dump } from "./dump.ts";
import { order, payment } from "./order.ts";
import { prove } from "./prove.ts";
import { restore } from "./restore.ts";

export const SNAPSHOT: readonly GoLiveStep[] = redacting([
  ...[order, dump, payment],
  ...[restore, prove, catchUp].map((step) => dropIfFailed(step)),
  cleanUp,
]);

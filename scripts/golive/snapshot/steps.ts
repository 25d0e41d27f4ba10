/** The steps of a snapshot that is known to work: dumped, restored, proved, and caught up. */
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

/** The steps of a snapshot that is known to work: dumped, restored, proved, and caught up. */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { dropIfFailed } from "./drop-if-failed.ts";
import { dump, order } from "./dump.ts";
import { catchUp, cleanUp, payment, prove, restore } from "./restore.ts";

export const SNAPSHOT: readonly GoLiveStep[] = redacting([
  ...[order, dump, payment],
  ...[restore, prove, catchUp].map((step) => dropIfFailed(step)),
  cleanUp,
]);

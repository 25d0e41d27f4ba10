/** Calls the deployed service as a customer and a back end do. No money moves. */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { charge, customer, grant, idempotency } from "./charge.ts";
import { cleanUp } from "./clean-up.ts";
import { csv } from "./csv.ts";
import { health } from "./health.ts";
import { conflict, insufficient, unauthenticated } from "./refusals.ts";
import { notification } from "./send-notification.ts";

export const SMOKE: readonly GoLiveStep[] = redacting([
  health,
  unauthenticated,
  customer,
  insufficient,
  grant,
  charge,
  idempotency,
  conflict,
  csv,
  notification,
  cleanUp,
]);

/** Calls the deployed service as a customer and a back end do. No money moves. */
import type { GoLiveStep } from "../command/context.ts";
import { redacting } from "../command/redacting.ts";
import { charge, customer, grant, idempotency, insufficient } from "./charge.ts";
import { conflict, health, unauthenticated } from "./health-and-refusals.ts";
import { cleanUp } from "./clean-up.ts";
import { csv, notification } from "./export.ts";

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

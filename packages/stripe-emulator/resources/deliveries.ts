import { webhookEndpoints } from "./webhook-endpoints.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** One event on its way to one endpoint. */
export interface Delivery {
  /** `<event id>.<endpoint id>`; a deliberate copy adds a third part. */
  id: string;
  event: string;
  type: string;
  endpoint: string;
  /**
   * `pending` is tried when its time comes, `held` waits for a control; both are open. `delivered`
   * was answered with success, `failed` was given up, `dropped` was thrown away by a control.
   */
  state: "pending" | "held" | "delivered" | "failed" | "dropped";
  /** Milliseconds since 1970; no attempt before `next_attempt_ms`. */
  created_ms: number;
  next_attempt_ms: number;
  attempts: number;
  /** HTTP status of the last attempt, or null when there was no answer. */
  last_status: number | null;
  last_error: string | null;
}

/** Kept apart from the finished ones, so that looking for work stays quick after many events. */
export const openDeliveries = collection<Delivery>("delivery_open");
export const finishedDeliveries = collection<Delivery>("delivery_finished");

export function finish(scope: Scope, delivery: Delivery, state: Delivery["state"]): void {
  openDeliveries.remove(scope, delivery.id);
  finishedDeliveries.put(scope, { ...delivery, state });
}

/** How many endpoints have not yet answered an event with success. */
export function pendingEndpoints(scope: Scope, event: string): number {
  return webhookEndpoints.all(scope).filter((endpoint) => {
    const id = `${event}.${endpoint.id}`;
    const open = openDeliveries.find(scope, id) !== undefined;
    return open || finishedDeliveries.find(scope, id)?.state === "failed";
  }).length;
}

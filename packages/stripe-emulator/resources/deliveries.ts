import { webhookEndpoints } from "./webhook-endpoints.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

/** The delivery of one event to one endpoint. */
export interface Delivery {
  /**
   * `<event id>.<endpoint id>`. A copy that a request under `/_emulator` created has a third part.
   */
  id: string;
  event: string;
  type: string;
  endpoint: string;
  /**
   * Open deliveries are `pending` or `held`. The emulator attempts a `pending` delivery when it is
   * due. A `held` delivery waits until a request under `/_emulator` releases it. The others are
   * finished: `delivered` (an endpoint answered with success), `failed` (all retries failed), and
   * `dropped` (a request under `/_emulator` removed it, or its endpoint was deleted).
   */
  state: "pending" | "held" | "delivered" | "failed" | "dropped";
  /** Milliseconds since 1970. The next attempt is not made before `next_attempt_ms`. */
  created_ms: number;
  next_attempt_ms: number;
  attempts: number;
  /** The HTTP status of the last response; null if there was no response. */
  last_status: number | null;
  last_error: string | null;
}

/**
 * Open deliveries. They are stored apart from the finished ones, so that finding due deliveries
 * stays fast after many events.
 */
export const openDeliveries = collection<Delivery>("delivery_open");
export const finishedDeliveries = collection<Delivery>("delivery_finished");

export function finish(scope: Scope, delivery: Delivery, state: Delivery["state"]): void {
  openDeliveries.remove(scope, delivery.id);
  finishedDeliveries.put(scope, { ...delivery, state });
}

/**
 * Counts the endpoints that have not answered an event with success yet. An endpoint whose delivery
 * was dropped does not count.
 */
export function pendingEndpoints(scope: Scope, event: string): number {
  return webhookEndpoints.all(scope).filter((endpoint) => {
    const id = `${event}.${endpoint.id}`;
    const open = openDeliveries.find(scope, id) !== undefined;
    return open || finishedDeliveries.find(scope, id)?.state === "failed";
  }).length;
}

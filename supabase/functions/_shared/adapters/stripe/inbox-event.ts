/**
 * Turns a Stripe event into an event of the inbox: checks the event's shape and mode, and takes
 * only the facts that are stored.
 */
import type Stripe from "stripe";
import type { InboxEvent } from "../../contracts/database/results/inbox.ts";
import type { Mode } from "../../core/stripe-variables.ts";
import { ApiError } from "../../core/errors.ts";
import type { FactsReader } from "./refetch-event.ts";

/**
 * Describes the error for an event that is not in the API key's `mode`. The event's signature fits
 * the configured webhook secret, so this secret belongs to the event's mode, and not to the API
 * key's mode.
 */
function differs(mode: Mode): string {
  const other = mode === "live" ? "test" : "live";
  return `Modes differ: STRIPE_SECRET_KEY is ${mode}, STRIPE_WEBHOOK_SECRET signs ${other} events`;
}

/**
 * Returns true for a test event of a connected account if the API key is live. Stripe sends such
 * events to live endpoints, too. If this endpoint refused them, Stripe would repeat them for days
 * and then disable the endpoint, which live events need.
 */
export function isConnectedTest(event: Stripe.Event | null, mode: Mode): boolean {
  return mode === "live" && event?.livemode === false && typeof event.account === "string";
}

/** @throws ApiError invalid_request, mode_mismatch */
export function checkEvent(event: Stripe.Event, mode: Mode): void {
  // A signed body may contain any JSON, even null.
  if (event?.object !== "event" || typeof event.id !== "string" || typeof event.type !== "string") {
    throw new ApiError("invalid_request", { message: "The body is not a Stripe event." });
  }
  if (event.livemode !== (mode === "live")) {
    throw new ApiError("mode_mismatch", { internal: differs(mode) });
  }
}

/**
 * Turns a checked Stripe event into an event of the inbox.
 * @throws ApiError upstream_unavailable
 */
export async function toInboxEvent(
  event: Stripe.Event,
  readFacts: FactsReader,
): Promise<InboxEvent> {
  const { id, type, livemode, created } = event;
  return { id, type, livemode, created, facts: await readFacts(event) };
}

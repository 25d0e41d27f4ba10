/** Stripe's event as the inbox takes it: checked, of our mode, and reduced to the facts we use. */
import type Stripe from "stripe";
import type { InboxEvent } from "../database/inbox-functions.ts";
import type { Mode } from "../env.ts";
import { ApiError } from "../http/errors.ts";
import { factsOf } from "./facts.ts";

/** @throws ApiError invalid_request, mode_mismatch */
export function toInboxEvent(event: Stripe.Event, mode: Mode): InboxEvent {
  // Whatever is signed gets here, null included.
  if (event?.object !== "event" || typeof event.id !== "string" || typeof event.type !== "string") {
    throw new ApiError("invalid_request", { message: "The body is no Stripe event." });
  }
  if (event.livemode !== (mode === "live")) throw new ApiError("mode_mismatch");
  const { id, type, livemode, created } = event;
  return { id, type, livemode, created, facts: factsOf(event) };
}

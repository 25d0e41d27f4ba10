import { cancelIntent } from "../payments/payment-intents.ts";
import { cancelSetupIntent } from "../payments/setup-intents.ts";
import { type Session, sessions } from "../resources/checkout-sessions.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { setupIntents } from "../resources/setup-intents.ts";
import type { Scope } from "../store/scope.ts";

/** Expires an open session and cancels its payment intent or setup intent. */
export function cancelCheckout(scope: Scope, session: Session): Session {
  const expired = sessions.update(scope, session, { status: "expired", url: null });
  const intent = typeof session.payment_intent === "string"
    ? paymentIntents.find(scope, session.payment_intent)
    : undefined;
  if (intent?.status.startsWith("requires_")) cancelIntent(scope, intent, "expired");
  const setup = typeof session.setup_intent === "string"
    ? setupIntents.find(scope, session.setup_intent)
    : undefined;
  if (setup?.status.startsWith("requires_")) cancelSetupIntent(scope, setup, "abandoned");
  scope.emit("checkout.session.expired", expired);
  return expired;
}

/** Expires the open sessions whose `expires_at` has passed. */
export function expireSessions(scope: Scope): void {
  const now = scope.seconds();
  for (const session of sessions.values(scope)) {
    if (session.status === "open" && session.expires_at <= now) cancelCheckout(scope, session);
  }
}

/** Stripe behind three verbs. Nothing outside this folder knows Stripe's objects. */
import { circuitBreaker, ConsecutiveBreaker, handleWhen, isBrokenCircuitError } from "cockatiel";
import Stripe from "stripe";
import type { CheckoutOrder, InboxEvent } from "../database/functions.ts";
import { type Mode, modeOfKey } from "../env.ts";
import { ApiError } from "../http/errors.ts";
import { factsOf } from "./facts.ts";
import { OrderSpent } from "./order-spent.ts";

interface Session {
  readonly id: string;
  readonly url: string;
}

export interface Payments {
  /**
   * Opens a hosted checkout session; a repeat for the same order gets the same session.
   * @throws OrderSpent when a repeat would get the same error; else ApiError `upstream_unavailable`, or
   * `idempotency_in_progress` while another request for this order runs
   */
  openSession(order: CheckoutOrder): Promise<Session>;
  /** Verifies a webhook over its raw body. @throws ApiError signature_invalid, mode_mismatch */
  readEvent(rawBody: string, signature: string | null): Promise<InboxEvent>;
  /** True when Stripe answers at all. */
  isReachable(): Promise<boolean>;
}

interface StripeOptions {
  readonly secretKey: string;
  readonly webhookSecrets: readonly string[];
  /** Only for a stand-in; absent means Stripe itself. */
  readonly apiUrl?: string | undefined;
}

const API_VERSION = "2026-10-28.endive";
const TIMEOUT_MS = 15_000;
const MAX_RETRIES = 2;
// Stripe's own default, stated because it is what bounds a replayed delivery.
const TOLERANCE_SECONDS = 300;
const BREAK_AFTER_FAILURES = 5;
const HALF_OPEN_AFTER_MS = 10_000;
const PROBE_TIMEOUT_MS = 3_000;

function createClient({ secretKey, apiUrl }: StripeOptions): Stripe {
  const address = apiUrl === undefined ? {} : hostOf(new URL(apiUrl));
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    httpClient: Stripe.createFetchHttpClient(),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: MAX_RETRIES,
    telemetry: false,
    ...address,
  });
}

function hostOf(url: URL) {
  const protocol = url.protocol === "http:" ? "http" as const : "https" as const;
  return { protocol, host: url.hostname, port: url.port || (protocol === "http" ? "80" : "443") };
}

/** Metadata goes on the session and on the payment, which is what refunds and disputes refer to. */
function sessionParams(order: CheckoutOrder): Stripe.Checkout.SessionCreateParams {
  const metadata = { order_id: order.order_id, package_id: order.package_id };
  return {
    ui_mode: "hosted_page",
    mode: "payment",
    line_items: [{
      quantity: 1,
      price_data: {
        currency: order.currency,
        unit_amount: order.amount,
        product_data: { name: order.package_name },
      },
    }],
    client_reference_id: order.order_id,
    metadata,
    payment_intent_data: { metadata },
    success_url: order.success_url,
    cancel_url: order.cancel_url,
    expires_at: order.expires_at_epoch,
  };
}

function unavailable(internal: string, status: 502 | 503, cause?: unknown): ApiError {
  return new ApiError("upstream_unavailable", { internal, status, cause });
}

/** The SDK takes any JSON without an `error` for success, a 404's included: look before believing. */
function checkSession(session: Stripe.Checkout.Session, order: CheckoutOrder): Session {
  const isSession = session.object === "checkout.session" && typeof session.id === "string" &&
    typeof session.url === "string";
  if (!isSession) throw unavailable("stripe: the answer is no checkout session", 502);
  const isSameMoney = session.amount_total === order.amount && session.currency === order.currency;
  if (!isSameMoney) throw unavailable("stripe: the session is for another amount", 502);
  return { id: session.id, url: session.url! };
}

/** Stripe down, not Stripe refusing: one person's bad request must not close the shop. */
function isOutage(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeAPIError;
}

function describe(error: unknown): string {
  if (error instanceof Stripe.errors.StripeError) {
    return `stripe: ${error.type} ${error.code ?? ""} ${error.message} ${error.requestId ?? ""}`;
  }
  return `stripe: ${String(error)}`;
}

const BUSY_RETRY_SECONDS = 1;

/** Why there is no session, and whether the order can still get one. */
function refusalOf(error: unknown): ApiError {
  const internal = describe(error);
  const isDown = isBrokenCircuitError(error) ||
    error instanceof Stripe.errors.StripeConnectionError;
  if (isDown) return unavailable(internal, 503, error);
  const status = error instanceof Stripe.errors.StripeError ? error.statusCode ?? 0 : 0;
  if (status === 409) {
    return new ApiError("idempotency_in_progress", {
      message: "This checkout is being opened by another request. Try again shortly.",
      retryAfterSeconds: BUSY_RETRY_SECONDS,
      internal,
      cause: error,
    });
  }
  const isKept = status >= 400 && !(error instanceof Stripe.errors.StripeRateLimitError);
  if (!isKept) return unavailable(internal, 502, error);
  return new OrderSpent("upstream_unavailable", { internal, status: 502, cause: error });
}

async function verify(
  client: Stripe,
  rawBody: string,
  signature: string | null,
  secrets: readonly string[],
): Promise<Stripe.Event> {
  for (const secret of secrets) {
    try {
      return await client.webhooks.constructEventAsync(
        rawBody,
        signature ?? "",
        secret,
        TOLERANCE_SECONDS,
      );
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) continue;
      throw new ApiError("signature_invalid", { internal: describe(error), cause: error });
    }
  }
  throw new ApiError("signature_invalid");
}

function toInboxEvent(event: Stripe.Event, mode: Mode): InboxEvent {
  // Whatever is signed gets here, null included.
  if (event?.object !== "event" || typeof event.id !== "string" || typeof event.type !== "string") {
    throw new ApiError("invalid_request", { message: "The body is no Stripe event." });
  }
  if (event.livemode !== (mode === "live")) throw new ApiError("mode_mismatch");
  const { id, type, livemode, created } = event;
  return { id, type, livemode, created, facts: factsOf(event) };
}

export function createPayments(options: StripeOptions): Payments {
  const client = createClient(options);
  const mode = modeOfKey(options.secretKey);
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER_FAILURES),
  });
  return {
    async openSession(order) {
      try {
        const session = await breaker.execute(() =>
          client.checkout.sessions.create(sessionParams(order), {
            idempotencyKey: `order-${order.order_id}`,
          })
        );
        return checkSession(session, order);
      } catch (error) {
        throw error instanceof ApiError ? error : refusalOf(error);
      }
    },
    async readEvent(rawBody, signature) {
      const event = await verify(client, rawBody, signature, options.webhookSecrets);
      return toInboxEvent(event, mode);
    },
    async isReachable() {
      const url = options.apiUrl ?? "https://api.stripe.com";
      try {
        // Any answer will do: an unauthenticated call shows that Stripe is there, and costs nothing.
        const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
        await answer.body?.cancel();
        return answer.status < 500;
      } catch {
        return false;
      }
    },
  };
}

/**
 * Reads Stripe's webhooks. An event must be signed with a configured webhook secret and have the mode of the
 * API key.
 */
import Stripe from "stripe";
import type { InboxEvent } from "../../contracts/database/results/inbox.ts";
import type { Mode } from "../../core/stripe-variables.ts";
import { ApiError } from "../../core/errors.ts";
import { describe } from "./failures.ts";
import type { FactsReader } from "./refetch-event.ts";
import { checkEvent, isConnectedTest, toInboxEvent } from "./inbox-event.ts";

export interface Webhooks {
  /**
   * Verifies a webhook by its raw body.
   * @returns null for a genuine event that this installation ignores: a test event of a connected
   *   account, which Stripe also sends to live endpoints
   * @throws ApiError signature_invalid, invalid_request, mode_mismatch; upstream_unavailable if the
   *   event has a different API version and its object can't be fetched
   */
  readEvent(rawBody: string, signature: string | null): Promise<InboxEvent | null>;
}

interface WebhookOptions {
  readonly client: Stripe;
  readonly secrets: readonly string[];
  readonly mode: Mode;
  readonly readFacts: FactsReader;
}

// The maximum age of a signature in seconds. It is the SDK's default, and is written here because
// it limits how long a delivery can be replayed.
const TOLERANCE_SECONDS = 300;

/**
 * Returns true if the timestamp is further in the future than the tolerance. The SDK refuses only
 * old timestamps, so a delivery with a future timestamp could be replayed until that time.
 */
function isFromTheFuture(signature: string): boolean {
  // If there are several timestamps, the SDK verifies the last one.
  const stamp = signature.split(",").findLast((part) => part.startsWith("t="))?.slice(2);
  return Number.parseInt(stamp ?? "", 10) > Date.now() / 1000 + TOLERANCE_SECONDS;
}

async function verify(
  { client, secrets }: WebhookOptions,
  rawBody: string,
  signature: string | null,
): Promise<Stripe.Event> {
  if (isFromTheFuture(signature ?? "")) {
    throw new ApiError("signature_invalid", {
      internal: "stripe: the signature's timestamp is in the future",
    });
  }
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

export function createWebhooks(options: WebhookOptions): Webhooks {
  return {
    async readEvent(rawBody, signature) {
      const event = await verify(options, rawBody, signature);
      if (isConnectedTest(event, options.mode)) return null;
      checkEvent(event, options.mode);
      return await toInboxEvent(event, options.readFacts);
    },
  };
}

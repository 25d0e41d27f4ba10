/** Deliveries from Stripe: only what is signed with one of our secrets, and of our mode, is read. */
import Stripe from "stripe";
import type { InboxEvent } from "../../contracts/database/results/inbox.ts";
import type { Mode } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import { describe } from "./client.ts";
import type { FactsReader } from "./event-facts.ts";
import { checkEvent, isConnectedTest, toInboxEvent } from "./inbox-event.ts";

export interface Webhooks {
  /**
   * Verifies a webhook over its raw body.
   * @returns null for a true event that is not for us: a test of a connected account, sent to live endpoints
   * @throws ApiError signature_invalid, mode_mismatch; upstream_unavailable where an event of another version
   * of Stripe's API can't be asked for anew
   */
  readEvent(rawBody: string, signature: string | null): Promise<InboxEvent | null>;
}

interface WebhookOptions {
  readonly client: Stripe;
  readonly secrets: readonly string[];
  readonly mode: Mode;
  readonly readFacts: FactsReader;
}

// Stripe's own default, stated because it is what bounds a replayed delivery.
const TOLERANCE_SECONDS = 300;

/** The SDK refuses a stamp that is too old, and takes one from any future: a replay that never grows old. */
function isFromTheFuture(signature: string): boolean {
  // Of several stamps the SDK verifies the last one.
  const stamp = signature.split(",").findLast((part) => part.startsWith("t="))?.slice(2);
  return Number.parseInt(stamp ?? "", 10) > Date.now() / 1000 + TOLERANCE_SECONDS;
}

async function verify(
  { client, secrets }: WebhookOptions,
  rawBody: string,
  signature: string | null,
): Promise<Stripe.Event> {
  if (isFromTheFuture(signature ?? "")) {
    throw new ApiError("signature_invalid", { internal: "stripe: the stamp is in the future" });
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

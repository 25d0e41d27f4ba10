/**
 * Stripe behind our own verbs, one file for each noun. Nothing outside this folder knows Stripe's objects.
 */
import { modeOfKey } from "../env.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { type BookingPayments, createBookingPayments } from "./booking-payments.ts";
import { createCaller, createClient } from "./client.ts";
import { createCustomers, type Customers } from "./customers.ts";
import { createEventFeed, type EventFeed } from "./event-feed.ts";
import { createRefunds, type Refunds } from "./refunds.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createTopUpPayments, type TopUpPayments } from "./top-up-payments.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";

export interface Payments
  extends
    Sessions,
    Webhooks,
    Refunds,
    EventFeed,
    Customers,
    TopUpPayments,
    Accounts,
    BookingPayments {
  /** True when Stripe answers at all. */
  isReachable(): Promise<boolean>;
}

interface StripeOptions {
  readonly secretKey: string;
  readonly webhookSecrets: readonly string[];
  /** Only for a stand-in; absent means Stripe itself. */
  readonly apiUrl?: string | undefined;
}

const PROBE_TIMEOUT_MS = 3_000;

async function isReachable(url: string): Promise<boolean> {
  try {
    // Any answer will do: an unauthenticated call shows that Stripe is there, and costs nothing.
    const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await answer.body?.cancel();
    return answer.status < 500;
  } catch {
    return false;
  }
}

export function createPayments(options: StripeOptions): Payments {
  const client = createClient(options);
  const caller = createCaller(client);
  const mode = modeOfKey(options.secretKey);
  return {
    ...createSessions(caller),
    ...createAccounts(caller),
    ...createBookingPayments(caller),
    ...createRefunds(caller),
    ...createEventFeed(caller, mode),
    ...createCustomers(caller),
    ...createTopUpPayments(caller),
    ...createWebhooks({ client, secrets: options.webhookSecrets, mode }),
    isReachable: () => isReachable(options.apiUrl ?? "https://api.stripe.com"),
  };
}

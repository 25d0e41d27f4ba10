/**
 * Stripe behind our own verbs, one file for each noun. Nothing outside this folder knows Stripe's objects.
 */
import { modeOfKey } from "../../core/env.ts";
import { type Metrics, NO_METRICS } from "../../metrics/metrics.ts";
import { createGuard } from "../../resilience/guard.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { type Balance, createBalance } from "./balance.ts";
import { type BookingPayments, createBookingPayments } from "./booking-payments.ts";
import { type BookingTransfers, createBookingTransfers } from "./booking-transfers.ts";
import { createCaller, createClient } from "./client.ts";
import { createCustomers, type Customers } from "./customers.ts";
import { createFactsReader } from "./event-facts.ts";
import { createEventFeed, type EventFeed } from "./event-feed.ts";
import { createPayoutLists, type PayoutLists } from "./payout-lists.ts";
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
    BookingPayments,
    BookingTransfers,
    Balance,
    PayoutLists {
  /** True when Stripe answers at all. */
  isReachable(): Promise<boolean>;
}

interface StripeOptions {
  readonly secretKey: string;
  readonly webhookSecrets: readonly string[];
  /** Only for a stand-in; absent means Stripe itself. */
  readonly apiUrl?: string | undefined;
  readonly metrics?: Metrics;
}

/** Who asks whether we are ready does not wait as long as a buyer. */
const PROBE_TIMEOUT_MS = 3_000;

/** With a breaker of its own: that Stripe's door opens does not say that payments get through it. */
function createProbe(url: string, metrics: Metrics): () => Promise<boolean> {
  const guard = createGuard("stripe", { isOutage: () => true, metrics });
  // Any answer will do: an unauthenticated call shows that Stripe is there, and costs nothing.
  const ask = async (signal: AbortSignal) => {
    const answer = await fetch(url, { signal });
    await answer.body?.cancel();
    if (answer.status >= 500) throw new Error(`Stripe answers ${answer.status}`);
    return true;
  };
  return () => guard.execute(ask, { timeoutMs: PROBE_TIMEOUT_MS }).catch(() => false);
}

export function createPayments(options: StripeOptions): Payments {
  const { metrics = NO_METRICS } = options;
  const client = createClient(options);
  const caller = createCaller(client, metrics);
  const mode = modeOfKey(options.secretKey);
  const readFacts = createFactsReader(caller, metrics);
  return {
    ...createSessions(caller),
    ...createAccounts(caller),
    ...createBookingPayments(caller),
    ...createBookingTransfers(caller),
    ...createRefunds(caller),
    ...createEventFeed(caller, { mode, readFacts }),
    ...createCustomers(caller),
    ...createTopUpPayments(caller),
    ...createPayoutLists(caller),
    ...createBalance(caller),
    ...createWebhooks({ client, secrets: options.webhookSecrets, mode, readFacts }),
    isReachable: createProbe(options.apiUrl ?? "https://api.stripe.com", metrics),
  };
}

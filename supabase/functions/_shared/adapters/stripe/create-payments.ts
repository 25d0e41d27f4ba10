/**
 * Combines the files of this folder into the one adapter for Stripe. Stripe's objects stay inside
 * this folder.
 */
import { modeOfKey } from "../../core/stripe-variables.ts";
import { type Metrics, NO_METRICS } from "../../metrics/metrics.ts";
import { type Accounts, createAccounts } from "./accounts.ts";
import { createReadiness, type Readiness } from "./readiness.ts";
import { type BookingPayments, createBookingPayments } from "./booking-payments.ts";
import { type BookingTransfers, createBookingTransfers } from "./booking-transfers.ts";
import { createCaller, createClient } from "./client.ts";
import { createCustomers, type Customers } from "./customers.ts";
import { createFactsReader } from "./refetch-event.ts";
import { createEventFeed, type EventFeed } from "./event-feed.ts";
import { type BalanceLists, createBalanceLists } from "./balance-lists.ts";
import { createPaidSessions, type PaidSessions } from "./paid-sessions.ts";
import { createRefunds, type Refunds } from "./refunds.ts";
import { createSavedCards, type SavedCards } from "./saved-cards.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createTopUpPayments, type TopUpPayments } from "./top-up-payments.ts";
import { createWebhooks, type Webhooks } from "./webhooks.ts";

export interface Payments
  extends
    Sessions,
    Webhooks,
    Refunds,
    EventFeed,
    PaidSessions,
    Customers,
    SavedCards,
    TopUpPayments,
    Accounts,
    BookingPayments,
    BookingTransfers,
    Readiness,
    BalanceLists {}

interface StripeOptions {
  readonly secretKey: string;
  readonly webhookSecrets: readonly string[];
  /** The URL of the Stripe emulator. Without it, the client calls Stripe. */
  readonly apiUrl?: string | undefined;
  readonly metrics?: Metrics;
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
    ...createPaidSessions(caller),
    ...createCustomers(caller),
    ...createSavedCards(caller),
    ...createTopUpPayments(caller),
    ...createBalanceLists(caller),
    ...createReadiness(caller, options.apiUrl, metrics),
    ...createWebhooks({ client, secrets: options.webhookSecrets, mode, readFacts }),
  };
}

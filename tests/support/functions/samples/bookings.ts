/** A valid result of each database function of providers and bookings. */
import type { BookingResults } from "../../../../supabase/functions/_shared/contracts/database/results/bookings.ts";
import type { ProviderResults } from "../../../../supabase/functions/_shared/contracts/database/results/providers.ts";
import { MARK } from "../project.ts";
import type { SamplesOf } from "./database.ts";

export const PROVIDER_ID = "5c1b7f52-3a0e-4d0b-9a54-0e9f3d1c7b11";
export const BOOKING_ID = "2f6d0a3c-8f0a-4b5d-8e57-6c1d2b3a4f12";
const NOW = "2026-11-21T12:00:00+00:00";

const provider = {
  provider_id: PROVIDER_ID,
  country: "DE",
  charges_enabled: false,
  payouts_enabled: false,
  details_submitted: false,
  disabled_reason: null,
  created_at: NOW,
};

const booking = {
  booking_id: BOOKING_ID,
  role: "buyer" as const,
  provider_id: PROVIDER_ID,
  status: "payment_pending" as const,
  amount: 2500,
  currency: "usd",
  application_fee_amount: 75,
  amount_refunded: 0,
  client_temp_id: null,
  payment_intent_id: "pi_1",
  details: null,
  created_at: NOW,
  paid_at: null,
  confirmed_at: null,
  completed_at: null,
  cancelled_at: null,
};

export const BOOKING_SAMPLES: SamplesOf<ProviderResults & BookingResults> = {
  providers_begin: ({ p_country, p_email }) => ({
    step: "onboard",
    provider: {
      provider_id: PROVIDER_ID,
      country: p_country,
      email: p_email ?? null,
      stripe_account_id: null,
    },
  }),
  providers_attach: ({ p_onboarding_url }) => ({
    status: 201,
    data: { ...provider, onboarding_url: p_onboarding_url },
  }),
  providers_abandon: () => ({}),
  providers_compare: ({ p_accounts }) => ({ changed: p_accounts.length, providers: 1 }),
  providers_read: () => ({ provider, stripe_account_id: "acct_1" }),
  bookings_begin: ({ p_amount, p_currency }) => ({
    step: "create",
    booking: {
      booking_id: BOOKING_ID,
      amount: p_amount,
      currency: p_currency,
      application_fee_amount: 75,
      transfer_at: "payment",
      stripe_account_id: "acct_1",
      mark: MARK,
    },
  }),
  bookings_attach: ({ p_payment_intent_id, p_client_secret }) => ({
    status: 201,
    data: { ...booking, payment_intent_id: p_payment_intent_id, client_secret: p_client_secret },
  }),
  bookings_abandon: () => ({}),
  bookings_read: () => booking,
  bookings_list: () => ({ bookings: [booking], next_before: BOOKING_ID }),
  bookings_advance: ({ p_status }) => ({
    ...booking,
    role: "provider",
    status: p_status,
    paid_at: NOW,
    confirmed_at: NOW,
  }),
  bookings_cancel: () => ({
    step: "cancel_payment",
    booking_id: BOOKING_ID,
    payment_intent_id: "pi_1",
  }),
  bookings_cancelled: () => ({
    status: 200,
    data: { booking_id: BOOKING_ID, status: "cancelled", refund: null },
  }),
};

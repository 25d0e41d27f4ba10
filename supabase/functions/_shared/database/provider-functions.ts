/** The database functions of providers. */
import type { z } from "@hono/zod-openapi";
import type * as providers from "../contracts/providers.ts";
import type { ErrorBody } from "../http/errors.ts";
import type { AccountFacts } from "../stripe/facts/connect.ts";
import type { Fn, Once, Optional } from "./functions.ts";

export type StartedProvider = z.output<typeof providers.StartedProvider>;

/** What Stripe needs to know of a provider; without an account one is made. */
export interface ProviderToOnboard {
  provider_id: string;
  country: string;
  email: string | null;
  stripe_account_id: string | null;
}

interface BeginArgs extends Once {
  p_user_id: string;
  p_country: string;
  p_email: Optional<string>;
}

/** The next step: answer with what is stored, or have Stripe make a page. */
type ProviderStep =
  | { step: "replay"; status: number; data: StartedProvider | ErrorBody }
  | { step: "onboard"; provider: ProviderToOnboard };

interface AttachArgs {
  p_provider_id: string;
  p_stripe_account_id: string;
  p_onboarding_url: string;
  p_idempotency_key: string;
}

interface OwnProvider {
  provider: z.output<typeof providers.Provider>;
  stripe_account_id: string | null;
}

export interface ProviderFunctions {
  providers_begin: Fn<BeginArgs, ProviderStep>;
  /** Finishes the idempotency key and stores the answer. */
  providers_attach: Fn<AttachArgs, { status: number; data: StartedProvider }>;
  /** Frees the key, and gives up the provider where one is named. */
  providers_abandon: Fn<{ p_idempotency_key: string; p_provider_id: Optional<string> }, unknown>;
  providers_read: Fn<{ p_user_id: string }, OwnProvider>;
  /** What Stripe says of accounts, asked at a time: how many providers differed, how many have an account. */
  providers_compare: Fn<
    { p_accounts: readonly AccountFacts[]; p_asked_at: string },
    { changed: number; providers: number }
  >;
}

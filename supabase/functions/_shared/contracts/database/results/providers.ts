/** Results of the database functions for providers. */
import type * as providers from "../../providers.ts";
import type { Finished, Of, Replay } from "./shapes.ts";

export type StartedProvider = Of<typeof providers.StartedProvider>;

/**
 * The fields of a provider that Stripe needs. If the account's id is null, an account is created.
 */
export interface ProviderToOnboard {
  provider_id: string;
  country: string;
  email: string | null;
  stripe_account_id: string | null;
}

/**
 * The next step of onboarding: return the stored response, or create an onboarding page at Stripe.
 */
type ProviderStep =
  | Replay<StartedProvider>
  | { step: "onboard"; provider: ProviderToOnboard };

interface OwnProvider {
  provider: Of<typeof providers.Provider>;
  stripe_account_id: string | null;
}

export interface ProviderResults {
  providers_begin: ProviderStep;
  /** Stores the account, finishes the idempotency key and stores the response. */
  providers_attach: Finished<StartedProvider>;
  /**
   * Frees the idempotency key. With `p_provider_id`, deletes the provider if it has no Stripe
   * account.
   */
  providers_abandon: unknown;
  providers_read: OwnProvider;
  /**
   * Updates the stored state of providers from their Stripe accounts. `changed` counts the updated
   * providers; `providers` counts all providers with an account.
   */
  providers_compare: { changed: number; providers: number };
}

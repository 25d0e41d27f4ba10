/** Results of the functions of providers. */
import type * as providers from "../../providers.ts";
import type { Finished, Of, Replay } from "./shapes.ts";

export type StartedProvider = Of<typeof providers.StartedProvider>;

/** The fields that Stripe needs of a provider; without an account one is made. */
export interface ProviderToOnboard {
  provider_id: string;
  country: string;
  email: string | null;
  stripe_account_id: string | null;
}

/** The next step: answer with what is stored, or have Stripe make a page. */
type ProviderStep =
  | Replay<StartedProvider>
  | { step: "onboard"; provider: ProviderToOnboard };

interface OwnProvider {
  provider: Of<typeof providers.Provider>;
  stripe_account_id: string | null;
}

export interface ProviderResults {
  providers_begin: ProviderStep;
  /** Finishes the idempotency key and stores the answer. */
  providers_attach: Finished<StartedProvider>;
  /** Frees the key, and gives up the provider where one is named. */
  providers_abandon: unknown;
  providers_read: OwnProvider;
  /** Compares accounts with Stripe's state: how many providers differed, how many have an account. */
  providers_compare: { changed: number; providers: number };
}

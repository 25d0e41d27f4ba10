/** Providers' accounts at Stripe, and the pages on which providers identify themselves. */
import type Stripe from "stripe";
import type { ProviderToOnboard } from "../../contracts/database/results/providers.ts";
import { accountFacts } from "./stored-facts/connect.ts";
import { type AccountFacts } from "../../contracts/stripe/event-facts.ts";
import { type StripeCaller } from "./client.ts";
import { requireObject } from "./failures.ts";
import { unavailable } from "./error-classes.ts";

interface OnboardingUrls {
  readonly returnUrl: string;
  readonly refreshUrl: string;
}

export interface Accounts {
  /**
   * Makes a provider's account and returns its id; a repeated call for the same provider returns
   * the same account.
   * @throws StripeRefused if Stripe refuses to make the account; otherwise ApiError
   * `upstream_unavailable`, or `idempotency_in_progress` while another request makes this account
   */
  createAccount(provider: ProviderToOnboard): Promise<string>;
  /**
   * Lists the current capabilities of the connected accounts, page by page.
   * @throws ApiError `upstream_unavailable`
   */
  listAccounts(): AsyncIterable<readonly AccountFacts[]>;
  /**
   * Makes a link to continue onboarding. The link works once, and expires within minutes.
   * @throws StripeRefused if Stripe refuses to make the link; otherwise ApiError
   *   `upstream_unavailable`
   */
  createOnboardingLink(accountId: string, urls: OnboardingUrls): Promise<string>;
}

const PAGE_SIZE = 100;

async function* pagesOf({ call }: StripeCaller) {
  let after: { starting_after?: string } = {};
  for (;;) {
    const page = await call((stripe) => stripe.accounts.list({ limit: PAGE_SIZE, ...after }));
    if (page?.object !== "list" || !Array.isArray(page.data)) {
      throw unavailable("stripe: the response is not a list", 502);
    }
    const last = page.data.at(-1);
    if (last === undefined) return;
    yield page.data.map(accountFacts);
    if (!page.has_more) return;
    after = { starting_after: last.id };
  }
}

/**
 * The provider uses Stripe's own dashboard and onboarding; the platform pays for disputes and fees.
 */
function accountParams(provider: ProviderToOnboard): Stripe.AccountCreateParams {
  const { provider_id, country, email } = provider;
  return {
    type: "express",
    country,
    ...(email !== null && { email }),
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    metadata: { provider_id },
  };
}

export function createAccounts(caller: StripeCaller): Accounts {
  const { call } = caller;
  return {
    listAccounts: () => pagesOf(caller),
    async createAccount(provider) {
      const idempotencyKey = `provider-${provider.provider_id}`;
      const account = await call((stripe) =>
        stripe.accounts.create(accountParams(provider), { idempotencyKey })
      );
      return requireObject(account, "account").id;
    },
    async createOnboardingLink(accountId, { returnUrl, refreshUrl }) {
      // A repeated call only makes another link. That is harmless: nothing refers to a link,
      // because a link has no id. So the call needs no idempotency key.
      const link = await call((stripe) =>
        stripe.accountLinks.create({
          account: accountId,
          type: "account_onboarding",
          return_url: returnUrl,
          refresh_url: refreshUrl,
        })
      );
      if (link?.object !== "account_link" || typeof link.url !== "string") {
        throw unavailable("stripe: the response is not an account link", 502);
      }
      return link.url;
    },
  };
}

import { StoredStripeError, StripeRefused } from "../_shared/adapters/stripe/error-classes.ts";
import { ProviderBody, StartedProvider } from "../_shared/contracts/providers.ts";
import { invalid } from "../_shared/core/errors.ts";
import { onboardingUrls } from "../_shared/domain/return-urls.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { twoPhase } from "../_shared/http/idempotency/two-phase.ts";

/**
 * Returns an error that tells the caller how to correct the request. If the caller cannot correct
 * the request, returns the error unchanged.
 */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof StripeRefused)) return error;
  const { stripeCode, param } = error;
  if (stripeCode === "country_unsupported" || param === "country") {
    return invalid("Stripe can't pay providers in this country. Send another country.", "country");
  }
  if (stripeCode === "email_invalid" || param === "email") {
    return invalid("email must be an address that can receive email.", "email");
  }
  return error;
}

/** Makes the caller a provider, or continues an onboarding that was begun. */
export const startProvider = defineRoute({
  method: "post",
  path: "/",
  summary: "Become a provider",
  description: "A user can be only one provider; a repeated request returns a new onboarding page.",
  who: ["user"],
  limit: "providers",
  idempotent: true,
  feature: "b2b",
  body: ProviderBody,
  responses: { 201: StartedProvider },
  asksUpstream: true,
  handler: (call) => {
    const { caller, body, services, idempotency } = call;
    const { database } = services;
    const { p_idempotency_key } = idempotency.args;
    const urls = onboardingUrls(body, services.origins);
    let accountId: string | null = null;
    // Stripe repeats its refusal for the same provider, so only a retry with a new provider can succeed.
    const isSpent = (error: unknown) => accountId === null && error instanceof StoredStripeError;
    return twoPhase(call, {
      what: "provider",
      begin: () =>
        database.rpc("providers_begin", {
          p_user_id: caller.userId,
          p_country: body.country,
          p_email: body.email,
          ...idempotency.args,
        }),
      async outside({ provider }) {
        accountId = provider.stripe_account_id;
        const payments = await services.payments();
        accountId ??= await payments.createAccount(provider);
        const url = await payments.createOnboardingLink(accountId, urls);
        return { accountId, url };
      },
      attach: (made, { provider }) =>
        database.rpc("providers_attach", {
          p_provider_id: provider.provider_id,
          p_stripe_account_id: made.accountId,
          p_onboarding_url: made.url,
          p_idempotency_key,
        }),
      abandon: (error, { provider }) =>
        database.rpc("providers_abandon", {
          p_idempotency_key,
          p_provider_id: isSpent(error) ? provider.provider_id : undefined,
        }),
      explain: (error) => isSpent(error) ? refusalOf(error) : error,
    });
  },
});

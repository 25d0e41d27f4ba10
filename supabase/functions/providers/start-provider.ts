import { ProviderBody, StartedProvider } from "../_shared/contracts/providers.ts";
import type { ProviderToOnboard } from "../_shared/contracts/database/results/providers.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import type { Reply } from "../_shared/http/reply.ts";
import { invalid } from "../_shared/core/errors.ts";
import type { Idempotency } from "../_shared/http/idempotency/idempotency.ts";
import { keepRefusal } from "../_shared/http/idempotency/once.ts";
import type { Services } from "../_shared/http/app-services.ts";
import { StoredStripeError, StripeRefused } from "../_shared/adapters/stripe/errors.ts";
import { onboardingUrls } from "./onboarding-urls.ts";

type Data = (typeof StartedProvider)["_output"];

interface ProviderCall {
  readonly idempotency: Idempotency;
  readonly services: Services;
}

/** What Stripe's no is to the caller, where it is theirs to mend. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof StripeRefused)) return error;
  const { stripeCode, param } = error;
  if (stripeCode === "country_unsupported" || param === "country") {
    return invalid("Stripe can't pay providers in this country.", "country");
  }
  if (stripeCode === "email_invalid" || param === "email") {
    return invalid("email must be an address that can receive email.", "email");
  }
  return error;
}

/**
 * Stripe is asked outside any transaction; if that fails the key is freed, so a retry runs again: with the
 * same provider, for which Stripe may have an account, or with a new one after an answer that Stripe keeps.
 */
async function onboardAtStripe(
  call: ProviderCall,
  provider: ProviderToOnboard,
  urls: ReturnType<typeof onboardingUrls>,
): Promise<Reply<Data>> {
  const { database, payments: getPayments, log } = call.services;
  const { p_idempotency_key } = call.idempotency.args;
  let accountId = provider.stripe_account_id;
  try {
    const payments = await getPayments();
    accountId ??= await payments.createAccount(provider);
    const attach = {
      p_provider_id: provider.provider_id,
      p_stripe_account_id: accountId,
      p_onboarding_url: await payments.createOnboardingLink(accountId, urls),
      p_idempotency_key,
    };
    return await withOwnTime(() => database.rpc("providers_attach", attach));
  } catch (error) {
    const isSpent = accountId === null && error instanceof StoredStripeError;
    const p_provider_id = isSpent ? provider.provider_id : undefined;
    const abandon = { p_idempotency_key, p_provider_id };
    const abandoning = withOwnTime(() => database.rpc("providers_abandon", abandon));
    await abandoning.catch((failure: unknown) => {
      // The key then stays in progress until its lock times out, and a retry takes it over.
      log("warn", "provider not abandoned", { detail: String(failure) });
    });
    throw isSpent ? refusalOf(error) : error;
  }
}

/** Makes the caller a provider, or goes on with their onboarding where that was begun. */
export const startProvider = defineRoute({
  method: "post",
  path: "/",
  summary: "Become a provider",
  description: "Each user is at most one provider; a repeat returns a new onboarding page.",
  who: ["user"],
  limit: "providers",
  idempotent: true,
  feature: "b2b",
  body: ProviderBody,
  responses: { 201: StartedProvider },
  asksUpstream: true,
  handler: async (call) => {
    const { caller, body, services, idempotency } = call;
    const urls = onboardingUrls(body, services.origins);
    const begin = {
      p_user_id: caller.userId,
      p_country: body.country,
      p_email: body.email,
      ...idempotency.args,
    };
    const step = await services.database.rpc("providers_begin", begin)
      .catch(async (error: unknown) => {
        await keepRefusal(call, error);
        throw error;
      });
    if (step.step === "onboard") return await onboardAtStripe(call, step.provider, urls);
    return { status: step.status, data: step.data as Data, replayed: true };
  },
});

import { OnboardingBody, OnboardingLink, Provider } from "../_shared/contracts/providers.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { onboardingUrls } from "../_shared/domain/return-urls.ts";

/** Reads the caller's own provider, in the state that Stripe's last event reported. */
export const readProvider = defineRoute({
  method: "get",
  path: "/me",
  summary: "Read your own provider",
  who: ["user"],
  limit: "default",
  idempotent: false,
  responses: { 200: Provider },
  errors: ["not_found"],
  handler: async ({ caller, services }) => {
    const own = await services.database.rpc("providers_read", { p_user_id: caller.userId });
    return ok(own.provider);
  },
});

/** Creates a new onboarding link. A link from Stripe works once and expires after some minutes. */
export const createLink = defineRoute({
  method: "post",
  path: "/me/onboarding-link",
  summary: "Create a new onboarding link",
  who: ["user"],
  limit: "providers",
  idempotent: false,
  feature: "b2b",
  body: OnboardingBody,
  responses: { 200: OnboardingLink },
  asksUpstream: true,
  errors: ["not_found"],
  handler: async ({ caller, body, services }) => {
    const urls = onboardingUrls(body, services.origins);
    const p_user_id = caller.userId;
    const { stripe_account_id } = await services.database.rpc("providers_read", { p_user_id });
    if (stripe_account_id === null) {
      throw new ApiError("not_found", {
        message: "There is no Stripe account yet. Send POST /providers again.",
      });
    }
    const payments = await services.payments();
    return ok({ onboarding_url: await payments.createOnboardingLink(stripe_account_id, urls) });
  },
});

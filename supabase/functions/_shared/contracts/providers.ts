/** Users who sell through us, each with a connected account at Stripe. */
import { z } from "@hono/zod-openapi";
import { TimestampOut, Uuid } from "./common.ts";

// No z.url(): it trims, and would accept text that the allow-list has not seen (http/input/return-urls.ts).
const OwnUrl = z.string().max(2048)
  .openapi({ format: "uri", description: "On an allowed origin, written exactly as in the list." });

const urls = {
  return_url: OwnUrl.optional().openapi({ description: "Where onboarding ends, finished or not." }),
  refresh_url: OwnUrl.optional().openapi({
    description: "Where to ask for a new link: this one is over.",
  }),
};

export const ProviderBody = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/, "A country is two capital letters (ISO 3166-1).")
    .openapi({ example: "DE", description: "Where the provider is; it does not change." }),
  email: z.email().max(320).optional().openapi({
    description: "Told to Stripe, and not kept here.",
  }),
  ...urls,
}).openapi("ProviderRequest");

export const OnboardingBody = z.strictObject(urls).openapi("OnboardingRequest");

export const Provider = z.object({
  provider_id: Uuid,
  country: z.string(),
  charges_enabled: z.boolean().openapi({ description: "Whether bookings can be made." }),
  payouts_enabled: z.boolean(),
  details_submitted: z.boolean(),
  disabled_reason: z.string().nullable(),
  created_at: TimestampOut,
}).openapi("Provider");

const OnboardingUrl = z.string().openapi({
  format: "uri",
  description: "Opened once, within minutes.",
});

export const StartedProvider = Provider.extend({ onboarding_url: OnboardingUrl })
  .openapi("StartedProvider");

export const OnboardingLink = z.object({ onboarding_url: OnboardingUrl }).openapi("OnboardingLink");

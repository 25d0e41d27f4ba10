/** Providers: users who sell through the app, each with a connected account at Stripe. */
import { z } from "@hono/zod-openapi";
import { Uuid } from "./fields.ts";
import { TimestampOut } from "./time-fields.ts";

// z.url() is not used, because it would trim the text, and domain/return-urls.ts must check the
// text as it was sent.
const OwnUrl = z.string().max(2048)
  .openapi({
    format: "uri",
    description: "The URL must begin with an origin of APP_ORIGINS, character for character.",
  });

const urls = {
  return_url: OwnUrl.optional().openapi({
    description: "The page to which Stripe returns the user after onboarding, finished or not.",
  }),
  refresh_url: OwnUrl.optional().openapi({
    description:
      "The page to which Stripe sends the user when the link has expired. The page must request " +
      "a new link.",
  }),
};

export const ProviderBody = z.strictObject({
  country: z.string().regex(
    /^[A-Z]{2}$/,
    "country must be two capital letters (ISO 3166-1), such as DE.",
  )
    .openapi({ example: "DE", description: "The provider's country; it can't be changed." }),
  email: z.email("email must be an email address.").max(320).optional().openapi({
    description: "Sent to Stripe, and not stored here.",
  }),
  ...urls,
}).openapi("ProviderRequest");

export const OnboardingBody = z.strictObject(urls).openapi("OnboardingRequest");

export const Provider = z.object({
  provider_id: Uuid,
  country: z.string(),
  charges_enabled: z.boolean().openapi({ description: "Whether the provider can be booked." }),
  payouts_enabled: z.boolean(),
  details_submitted: z.boolean(),
  disabled_reason: z.string().nullable(),
  created_at: TimestampOut,
}).openapi("Provider");

const OnboardingUrl = z.string().openapi({
  format: "uri",
  description: "The link can be opened once, within minutes.",
});

export const StartedProvider = Provider.extend({ onboarding_url: OnboardingUrl })
  .openapi("StartedProvider");

export const OnboardingLink = z.object({ onboarding_url: OnboardingUrl }).openapi("OnboardingLink");

/** Where Stripe's onboarding leads back to: our own origins, as after a checkout. */
import { homeOf } from "../_shared/core/origins.ts";
import { allowed } from "../_shared/http/input/return-urls.ts";

interface Asked {
  readonly return_url?: string | undefined;
  readonly refresh_url?: string | undefined;
}

/**
 * What the caller asked for, or pages of the first allowed origin.
 * @throws ApiError `invalid_request` with the field; `not_ready` when no origin is configured
 */
export function onboardingUrls({ return_url, refresh_url }: Asked, origins: readonly string[]) {
  const home = homeOf(origins);
  return {
    returnUrl: return_url === undefined
      ? `${home}/providers/return`
      : allowed(return_url, "return_url", origins),
    refreshUrl: refresh_url === undefined
      ? `${home}/providers/refresh`
      : allowed(refresh_url, "refresh_url", origins),
  };
}

/**
 * Checks the URLs to which Stripe returns a user. A URL outside the allowed origins would be an
 * open redirect.
 */
import { invalid } from "../core/errors.ts";
import { homeOf, isAllowedOrigin } from "../core/origins.ts";

interface ReturnUrls {
  readonly successUrl: string;
  readonly cancelUrl: string;
}

interface RequestedUrls {
  readonly success_url?: string | undefined;
  readonly cancel_url?: string | undefined;
}

// URL parsers disagree about these characters: one parser reads another host where the next reads a
// path.
const AMBIGUOUS = /[\\\s\p{Cc}]/u;

/**
 * Returns the URL if it is allowed. The text is checked and not its parsed form, because Stripe and
 * browsers get the text.
 */
function allowed(url: string, field: string, origins: readonly string[]): string {
  const [origin = ""] = /^[a-z]+:\/\/[^/?#]*/.exec(url) ?? [];
  if (isAllowedOrigin(origin, origins) && !AMBIGUOUS.test(url)) return url;
  throw invalid(
    `${field} must begin with an origin of APP_ORIGINS, without blanks, backslashes and control characters.`,
    field,
  );
}

/**
 * Returns the pages after a checkout: the requested pages, or pages of the first allowed origin.
 * Stripe replaces `{CHECKOUT_SESSION_ID}` with the session's id.
 * @throws ApiError `invalid_request` with the field; `not_ready` if no origin is configured
 */
export function returnUrls(requested: RequestedUrls, origins: readonly string[]): ReturnUrls {
  const home = homeOf(origins);
  const { success_url, cancel_url } = requested;
  return {
    successUrl: success_url === undefined
      ? `${home}/checkout/success?session_id={CHECKOUT_SESSION_ID}`
      : allowed(success_url, "success_url", origins),
    cancelUrl: cancel_url === undefined
      ? `${home}/checkout/cancel`
      : allowed(cancel_url, "cancel_url", origins),
  };
}

interface RequestedOnboardingUrls {
  readonly return_url?: string | undefined;
  readonly refresh_url?: string | undefined;
}

/**
 * Returns the pages after onboarding: the requested pages, or pages of the first allowed origin.
 * @throws ApiError `invalid_request` with the field; `not_ready` if no origin is configured
 */
export function onboardingUrls(requested: RequestedOnboardingUrls, origins: readonly string[]) {
  const home = homeOf(origins);
  const { return_url, refresh_url } = requested;
  return {
    returnUrl: return_url === undefined
      ? `${home}/providers/return`
      : allowed(return_url, "return_url", origins),
    refreshUrl: refresh_url === undefined
      ? `${home}/providers/refresh`
      : allowed(refresh_url, "refresh_url", origins),
  };
}

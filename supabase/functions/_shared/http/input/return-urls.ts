/** Where Stripe sends the buyer back to. Only our own origins: else we would be an open redirect. */
import { invalid } from "../../core/errors.ts";
import { homeOf, isAllowedOrigin } from "../../core/origins.ts";

interface ReturnUrls {
  readonly successUrl: string;
  readonly cancelUrl: string;
}

interface Asked {
  readonly success_url?: string | undefined;
  readonly cancel_url?: string | undefined;
}

// Parsers disagree about these: one reads another host where the next one reads a path.
const AMBIGUOUS = /[\\\s\p{Cc}]/u;

/** The text itself is checked, not what one parser makes of it: Stripe and browsers get the text. */
export function allowed(url: string, field: string, origins: readonly string[]): string {
  const [origin = ""] = /^[a-z]+:\/\/[^/?#]*/.exec(url) ?? [];
  if (isAllowedOrigin(origin, origins) && !AMBIGUOUS.test(url)) return url;
  throw invalid(`${field} must begin with an origin of APP_ORIGINS.`, field);
}

/**
 * What the caller asked for, or pages of the first allowed origin. Stripe puts the session's id in
 * place of `{CHECKOUT_SESSION_ID}`.
 * @throws ApiError `invalid_request` with the field; `not_ready` when no origin is configured
 */
export function returnUrls(asked: Asked, origins: readonly string[]): ReturnUrls {
  const home = homeOf(origins);
  const { success_url, cancel_url } = asked;
  return {
    successUrl: success_url === undefined
      ? `${home}/checkout/success?session_id={CHECKOUT_SESSION_ID}`
      : allowed(success_url, "success_url", origins),
    cancelUrl: cancel_url === undefined
      ? `${home}/checkout/cancel`
      : allowed(cancel_url, "cancel_url", origins),
  };
}

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

// URL parsers disagree about these characters: one parser treats such a character as part of the
// host, and another treats it as part of the path.
const AMBIGUOUS = /[\\\s\p{Cc}]/u;

/**
 * Returns the URL if it is allowed. The text itself is checked, not its parsed form, because Stripe and
 * browsers receive the text.
 */
function allowed(url: string, field: string, origins: readonly string[]): string {
  const [origin = ""] = /^[a-z]+:\/\/[^/?#]*/.exec(url) ?? [];
  if (isAllowedOrigin(origin, origins) && !AMBIGUOUS.test(url)) return url;
  throw invalid(
    `${field} must begin with an origin of APP_ORIGINS and contain no blank, backslash or control character.`,
    field,
  );
}

/**
 * The maximum length of a URL that is sent to Stripe, counted after the order's id has replaced the
 * placeholder.
 */
const MAX_LENGTH = 2048;

// The braces may be encoded: `new URL()` encodes them in a path, and URLSearchParams encodes them
// in a query.
const ORDER_ID = /(?:\{|%7[Bb])ORDER_ID(?:\}|%7[Dd])/g;

/** A sample order id, to measure a URL before its order exists: all order ids have the same length. */
const ANY_ORDER = "00000000-0000-4000-8000-000000000000";

/**
 * Returns the URL with the order's id. The origin is checked before and after the replacement, so
 * that no replacement can lead to another host.
 */
function withOrder(url: string, field: string, orderId: string, origins: readonly string[]) {
  const replaced = allowed(url, field, origins).replace(ORDER_ID, orderId);
  if (replaced.length <= MAX_LENGTH) return allowed(replaced, field, origins);
  throw invalid(
    `${field} must have at most ${MAX_LENGTH} characters after the order's id is inserted.`,
    field,
  );
}

/**
 * Returns the URL if it is allowed. Refuses the placeholder `{ORDER_ID}`, because there is no
 * order.
 */
function withoutOrder(url: string, field: string, origins: readonly string[]): string {
  if (url.search(ORDER_ID) < 0) return allowed(url, field, origins);
  throw invalid(`${field} can't contain {ORDER_ID}, because saving a card makes no order.`, field);
}

/**
 * Returns the URLs of the pages after a checkout: the requested URLs, or pages of the first allowed
 * origin. `withReturnUrls` replaces `{ORDER_ID}` when the order exists; Stripe replaces
 * `{CHECKOUT_SESSION_ID}`.
 * @throws ApiError `invalid_request` with the field; `not_ready` if no origin is configured
 */
export function checkoutUrls(requested: RequestedUrls, origins: readonly string[]): ReturnUrls {
  const home = homeOf(origins);
  const {
    success_url = `${home}/checkout/success?session_id={CHECKOUT_SESSION_ID}&order_id={ORDER_ID}`,
    cancel_url = `${home}/checkout/cancel?order_id={ORDER_ID}`,
  } = requested;
  withOrder(success_url, "success_url", ANY_ORDER, origins);
  withOrder(cancel_url, "cancel_url", ANY_ORDER, origins);
  return { successUrl: success_url, cancelUrl: cancel_url };
}

interface OrderUrls {
  readonly order_id: string;
  readonly success_url: string;
  readonly cancel_url: string;
}

/**
 * Returns the order with its id in its return URLs. The database stores the URLs as the caller sent them, so
 * that a repeated request gets the same URLs.
 * @throws ApiError `invalid_request` if an origin is no longer allowed
 */
export function withReturnUrls<T extends OrderUrls>(order: T, origins: readonly string[]): T {
  const { order_id, success_url, cancel_url } = order;
  return {
    ...order,
    success_url: withOrder(success_url, "success_url", order_id, origins),
    cancel_url: withOrder(cancel_url, "cancel_url", order_id, origins),
  };
}

/**
 * Returns the URLs of the pages after a card was saved: the requested URLs, or pages of the first
 * allowed origin. Stripe replaces `{CHECKOUT_SESSION_ID}` with the session's id.
 * @throws ApiError `invalid_request` with the field; `not_ready` if no origin is configured
 */
export function returnUrls(requested: RequestedUrls, origins: readonly string[]): ReturnUrls {
  const home = homeOf(origins);
  const {
    success_url = `${home}/checkout/success?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url = `${home}/checkout/cancel`,
  } = requested;
  return {
    successUrl: withoutOrder(success_url, "success_url", origins),
    cancelUrl: withoutOrder(cancel_url, "cancel_url", origins),
  };
}

interface RequestedOnboardingUrls {
  readonly return_url?: string | undefined;
  readonly refresh_url?: string | undefined;
}

/**
 * Returns the URLs of the pages after onboarding: the requested URLs, or pages of the first allowed
 * origin.
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

/** Where Stripe sends the buyer back to. Only our own origins: else we would be an open redirect. */
import { ApiError, invalid } from "../_shared/http/errors.ts";

interface ReturnUrls {
  readonly successUrl: string;
  readonly cancelUrl: string;
}

interface Asked {
  readonly success_url?: string | undefined;
  readonly cancel_url?: string | undefined;
}

function allowed(url: string, field: keyof Asked, origins: readonly string[]): string {
  const { origin, username, password } = new URL(url);
  // Credentials in a URL only serve to make one address look like another.
  if (origins.includes(origin) && username === "" && password === "") return url;
  throw invalid("This address is not on the list of allowed origins.", field);
}

/**
 * What the caller asked for, or pages of the first allowed origin. Stripe puts the session's id in
 * place of `{CHECKOUT_SESSION_ID}`.
 * @throws ApiError `invalid_request` with the field; `not_ready` when no origin is configured
 */
export function returnUrls(asked: Asked, origins: readonly string[]): ReturnUrls {
  const [home] = origins;
  if (home === undefined) {
    throw new ApiError("not_ready", { internal: "Environment incomplete: APP_ORIGINS" });
  }
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

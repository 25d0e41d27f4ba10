import type { Mode } from "./settings.ts";

type ErrorType = "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";

const DASHBOARDS: Readonly<Record<Mode, string>> = {
  test: "https://dashboard.stripe.com/test",
  live: "https://dashboard.stripe.com",
};

/** The fields of Stripe's error object, except its message. */
interface ErrorFields {
  type?: ErrorType;
  code?: string;
  param?: string | undefined;
  decline_code?: string;
  advice_code?: string;
  charge?: string;
  payment_intent?: unknown;
  payment_method?: unknown;
  setup_intent?: unknown;
}

/**
 * An error response in Stripe's format. The emulator refuses requests only with this error, because
 * the official SDK treats any other JSON body as a success, whatever the HTTP status is.
 */
export class StripeApiError extends Error {
  constructor(readonly status: number, message: string, readonly fields: ErrorFields = {}) {
    super(message);
  }

  body(requestId: string, mode: Mode): { error: Record<string, unknown> } {
    const { type = "invalid_request_error", code, ...rest } = this.fields;
    const link = code && `https://docs.stripe.com/error-codes/${code.replaceAll("_", "-")}`;
    return {
      error: {
        ...(code && { code, doc_url: link }),
        message: this.message,
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        request_log_url: `${DASHBOARDS[mode]}/logs/${requestId}`,
        type,
      },
    };
  }
}

export function invalidRequest(message: string, param?: string, code?: string): StripeApiError {
  return new StripeApiError(400, message, { param, ...(code && { code }) });
}

/**
 * The error for an object that does not exist: 404 if the id is in the path, 400 if a parameter
 * names it.
 */
export function resourceMissing(object: string, id: string, param?: string): StripeApiError {
  const status = param === undefined ? 404 : 400;
  const fields = { code: "resource_missing", param: param ?? "id" };
  return new StripeApiError(status, `No such ${object}: '${id}'`, fields);
}

export function unrecognizedUrl(method: string, path: string): StripeApiError {
  const message = `Unrecognized request URL (${method}: ${path}). ` +
    "Either Stripe has no such route, or this emulator does not know it yet.";
  return new StripeApiError(404, message);
}

/**
 * The error for a feature that Stripe supports and the emulator does not. The emulator never
 * ignores such a request silently.
 */
export function notEmulated(what: string, param?: string): StripeApiError {
  return invalidRequest(`The emulator does not support ${what}.`, param);
}

type ErrorType = "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";

/** The fields of Stripe's error object, beside its message. */
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
 * An answer in Stripe's error shape. Every refusal of the emulator is one of these, because the
 * official SDK takes any other JSON body for a success, whatever its status.
 */
export class StripeApiError extends Error {
  constructor(readonly status: number, message: string, readonly fields: ErrorFields = {}) {
    super(message);
  }

  body(requestId: string): { error: Record<string, unknown> } {
    const { type = "invalid_request_error", code, ...rest } = this.fields;
    const link = code && `https://docs.stripe.com/error-codes/${code.replaceAll("_", "-")}`;
    return {
      error: {
        ...(code && { code, doc_url: link }),
        message: this.message,
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type,
      },
    };
  }
}

export function invalidRequest(message: string, param?: string, code?: string): StripeApiError {
  return new StripeApiError(400, message, { param, ...(code && { code }) });
}

/** A missing object is the path's fault (404) or a parameter's (400). */
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

/** What Stripe would take but the emulator cannot act on: said aloud, never ignored. */
export function notEmulated(what: string, param?: string): StripeApiError {
  return invalidRequest(`The emulator does not support ${what}.`, param);
}

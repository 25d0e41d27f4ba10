/** A Stripe server that gives the answers a test has chosen, and records what it receives. */
import assert from "node:assert/strict";
import { ApiError } from "../../../../supabase/functions/_shared/core/errors.ts";
import { createPayments } from "../../../../supabase/functions/_shared/adapters/stripe/create-payments.ts";

interface Seen {
  path: string;
  idempotencyKey: string | null;
  /** The form fields of a POST's body, or of a GET's query. */
  form: Record<string, string>;
}

type Answer = (seen: Seen) => Response;

export async function withStripe(
  answer: Answer,
  test: (url: string, seen: Seen[]) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const body = request.method === "GET"
      ? searchParams
      : new URLSearchParams(await request.text());
    seen.push({
      path: pathname,
      idempotencyKey: request.headers.get("idempotency-key"),
      form: Object.fromEntries(body),
    });
    return answer(seen.at(-1)!);
  });
  try {
    await test(`http://127.0.0.1:${server.addr.port}`, seen);
  } finally {
    await server.shutdown();
  }
}

export function paymentsAt(apiUrl: string, secretKey = "sk_test_1") {
  return createPayments({ secretKey, webhookSecrets: ["whsec_new", "whsec_old"], apiUrl });
}

/**
 * Makes an error in Stripe's format. Its header tells the functions not to retry, because retries
 * would slow the test.
 */
export function stripeError(status: number, error: Record<string, unknown>): Response {
  const headers = { "stripe-should-retry": "false" };
  return Response.json({ error: { message: "text of Stripe", ...error } }, { status, headers });
}

/** Returns the error with which the promise of a call rejects. */
export async function refusalOf(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error("the call was not refused");
}

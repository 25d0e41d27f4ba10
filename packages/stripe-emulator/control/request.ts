/** Reads a request under `/_emulator`: the JSON body, and the payment that the path names. */
import type { Context } from "hono";
import type Stripe from "stripe";
import type { z } from "zod";
import { invalidRequest } from "../core/errors.ts";
import { charges } from "../resources/charges.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import type { Scope } from "../store/scope.ts";

/** Reads and validates the request's JSON body. An empty body counts as `{}`. */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await c.req.text();
  const result = schema.safeParse(parse(text === "" ? "{}" : text));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalidRequest(`${issue?.path.join(".") || "body"}: ${issue?.message ?? "invalid"}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest("The body must be JSON.");
  }
}

/** Returns the charge of a payment that has succeeded. @param id the payment intent's id */
export function paidCharge(scope: Scope, id: string): Stripe.Charge {
  const intent = paymentIntents.get(scope, id);
  if (intent.status === "succeeded") return charges.get(scope, String(intent.latest_charge));
  throw invalidRequest(
    `The status of the payment intent ${id} must be succeeded, but it is ${intent.status}.`,
  );
}

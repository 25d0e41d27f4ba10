/** Stripe's objects: how they are checked, referred to and marked as ours. */
import type Stripe from "stripe";
import { unavailable } from "./errors.ts";

/** The SDK takes any JSON without an `error` for success, a 404's included: check the object's kind. */
export function requireObject<T extends { object: string; id: string }>(
  answer: T,
  object: T["object"],
): T {
  if (answer?.object === object && typeof answer.id === "string") return answer;
  throw unavailable(`stripe: the answer is not a ${object}`, 502);
}

/** Stripe refers to an object by its id, or by the whole object where we asked to expand it. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (reference === undefined) return null;
  return typeof reference === "object" && reference !== null ? reference.id : reference;
}

/**
 * The mark is the id of this installation, in the metadata of what we make at Stripe. Other apps on the same
 * Stripe account write an order_id too. Without the mark, a row that we lost looks like one of theirs.
 */
const MARK = "farthing";

/** Adds the mark to an object's metadata. */
export function marked(
  { mark }: { readonly mark: string },
  metadata: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...metadata, [MARK]: mark };
}

/** Null where the object has no mark. */
export function markOf(
  { metadata }: { readonly metadata?: Stripe.Metadata | null },
): string | null {
  return metadata?.[MARK] ?? null;
}

/** How Stripe's objects refer to each other, and how we mark those that we make. */
import type Stripe from "stripe";

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

/** Marks the objects that this installation makes at Stripe, and reads the mark. */
import type Stripe from "stripe";

/**
 * The key of the mark in an object's metadata; its value is the id of this installation. Other apps
 * on the same Stripe account write an order_id too. Without the mark, an object whose row we lost
 * would look like one of theirs.
 */
const MARK = "farthing";

/** Adds the mark to an object's metadata. */
export function marked(
  { mark }: { readonly mark: string },
  metadata: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...metadata, [MARK]: mark };
}

/** Returns the mark of an object; null if it has none. */
export function markOf(
  { metadata }: { readonly metadata?: Stripe.Metadata | null },
): string | null {
  return metadata?.[MARK] ?? null;
}

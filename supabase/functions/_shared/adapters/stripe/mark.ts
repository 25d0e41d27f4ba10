/**
 * The mark on what we make at Stripe, in its metadata: the id of this installation. Other apps on the same
 * Stripe account write an order_id too; without the mark nobody could tell a row that we lost from theirs.
 */
import type Stripe from "stripe";

const KEY = "farthing";

export function marked(
  { mark }: { readonly mark: string },
  metadata: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...metadata, [KEY]: mark };
}

/** Null where nobody has marked the object. */
export function markOf(
  { metadata }: { readonly metadata?: Stripe.Metadata | null },
): string | null {
  return metadata?.[KEY] ?? null;
}

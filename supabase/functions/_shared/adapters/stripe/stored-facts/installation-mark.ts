/**
 * Writes this installation's id into the metadata of objects that the installation makes at Stripe,
 * and reads the id from the metadata.
 */
import type Stripe from "stripe";

/**
 * The metadata key of the installation's id. Other apps on the same Stripe account may write an
 * order_id, too. Without this id, an object whose row was lost in our database would look like
 * another app's object.
 */
const MARK = "farthing";

/** Adds the installation's id to an object's metadata. */
export function marked(
  { mark }: { readonly mark: string },
  metadata: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...metadata, [MARK]: mark };
}

/** Returns the installation's id in an object's metadata; null if the metadata has none. */
export function markOf(
  { metadata }: { readonly metadata?: Stripe.Metadata | null },
): string | null {
  return metadata?.[MARK] ?? null;
}

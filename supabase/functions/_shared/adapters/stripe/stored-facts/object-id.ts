/**
 * Returns the id of a referenced object. Stripe sends the id, or the whole object if the request
 * expands it.
 */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (reference === undefined) return null;
  return typeof reference === "object" && reference !== null ? reference.id : reference;
}

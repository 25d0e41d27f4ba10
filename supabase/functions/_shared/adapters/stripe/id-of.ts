/** Stripe refers to an object by its id, or by the whole object where it was asked to expand it. */
export function idOf(reference: string | { id: string } | null | undefined): string | null {
  if (reference === undefined) return null;
  return typeof reference === "object" && reference !== null ? reference.id : reference;
}

/**
 * Returns the object without its undefined fields, so that spreading it overwrites no field with
 * undefined.
 */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/**
 * Returns the old values of the top-level fields that an update changed, as in an event's
 * `previous_attributes`.
 */
export function changed<T extends object>(before: T, after: T): Partial<T> {
  const entries = Object.entries(before).filter(([name, value]) =>
    JSON.stringify(value) !== JSON.stringify(after[name as keyof T])
  );
  return Object.fromEntries(entries) as Partial<T>;
}

/**
 * Merges metadata key by key, as Stripe does: an empty value removes the key, and null removes all
 * keys.
 */
export function mergeMetadata(
  before: Record<string, string>,
  given: Record<string, string> | null | undefined,
): Record<string, string> {
  if (given === null) return {};
  const merged = Object.entries({ ...before, ...given });
  return Object.fromEntries(merged.filter(([, value]) => value !== ""));
}

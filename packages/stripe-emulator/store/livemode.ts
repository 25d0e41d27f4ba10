/** The field `livemode`, which most of Stripe's objects have, even those inside other objects. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/**
 * Returns a copy of a value in which each `livemode` is true, at any depth. Objects are made from
 * Stripe's examples, whose `livemode` is false, and from other objects. The store calls this for
 * each object that it stores, so no object is forgotten. Metadata does not change, because its
 * values are texts.
 */
export function inLiveMode<T>(value: T): T {
  if (Array.isArray(value)) return value.map(inLiveMode) as T;
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, field]) => [
    name,
    name === "livemode" && typeof field === "boolean" ? true : inLiveMode(field),
  ]);
  return Object.fromEntries(entries) as T;
}

/**
 * Refuses a data file with objects of the other mode (test or live).
 * @throws Error that names the file and its mode
 */
export function requireMode(
  values: readonly unknown[],
  { livemode, dataFile }: { livemode: boolean; dataFile: string },
): void {
  if (!values.some((value) => hasMode(value, !livemode))) return;
  const [here, there] = livemode ? ["live", "test"] : ["test", "live"];
  throw new Error(`${dataFile} has data of ${there} mode: use another data file for ${here} mode.`);
}

/** Whether a value, or an object inside it, has this mode. */
function hasMode(value: unknown, livemode: boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => hasMode(item, livemode));
  if (!isObject(value)) return false;
  return value.livemode === livemode ||
    Object.values(value).some((field) => hasMode(field, livemode));
}

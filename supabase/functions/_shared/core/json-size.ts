/** How long JSON is as the database keeps it, which is what its limits are about. */

const encoder = new TextEncoder();

/** What `jsonb` adds to a number with an exponent, at most: it writes out every digit of 1e+300. */
function writtenOut(value: unknown): number {
  if (typeof value !== "number") return 0;
  const exponent = /e[+-](\d+)$/.exec(String(value))?.[1];
  return exponent === undefined ? 0 : Number(exponent) + 1;
}

/**
 * Bytes of `jsonb` as text. A blank stands behind each comma and colon there; those inside of texts are
 * counted as well, so the true size may be a little below.
 */
export function jsonbBytes(value: unknown): number {
  const text = JSON.stringify(value) ?? "null";
  let more = text.match(/[,:]/g)?.length ?? 0;
  // A second look costs more than the first, and hardly anything needs it.
  if (/\de[+-]\d/.test(text)) {
    JSON.stringify(value, (_key, item) => (more += writtenOut(item), item));
  }
  return encoder.encode(text).length + more;
}

/** The longest beginning of a text, whole characters, that is no longer than that as JSON. */
function cutToBytes(text: string, maxBytes: number): string {
  if (jsonbBytes(text) <= maxBytes) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonbBytes(text.slice(0, middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  const isHalf = /[\ud800-\udbff]$/.test(text.slice(0, low));
  return text.slice(0, isHalf ? low - 1 : low);
}

/** What the database can keep of a text that somebody else wrote: no null, no half of a character. */
export function storable(text: string, maxBytes: number): string {
  return cutToBytes(text.replaceAll("\u0000", "").toWellFormed(), maxBytes);
}

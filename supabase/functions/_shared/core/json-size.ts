/** The size in bytes of JSON as the database stores it. The database's limits count these bytes. */

const encoder = new TextEncoder();

/**
 * Returns the maximum number of characters that `jsonb` adds to a number with an exponent: it
 * writes 1e+300 with every digit.
 */
function writtenOut(value: unknown): number {
  if (typeof value !== "number") return 0;
  const exponent = /e[+-](\d+)$/.exec(String(value))?.[1];
  return exponent === undefined ? 0 : Number(exponent) + 1;
}

/**
 * Returns an upper bound of a value's size in bytes as `jsonb` text, which has a blank after each comma and
 * colon. Commas and colons inside strings are counted too, so the real size may be a little smaller.
 */
export function jsonbBytes(value: unknown): number {
  const text = JSON.stringify(value) ?? "null";
  let more = text.match(/[,:]/g)?.length ?? 0;
  // Numbers with an exponent are rare. Finding them costs a second pass over the value, so the text
  // is tested first.
  if (/\de[+-]\d/.test(text)) {
    JSON.stringify(value, (_key, item) => (more += writtenOut(item), item));
  }
  return encoder.encode(text).length + more;
}

/**
 * Returns the longest prefix of a text, in whole characters, that has at most `maxBytes` as JSON.
 */
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

/** Removes null characters, replaces half surrogate pairs, and cuts the text to `maxBytes` as JSON. */
export function storable(text: string, maxBytes: number): string {
  return cutToBytes(text.replaceAll("\u0000", "").toWellFormed(), maxBytes);
}

/** The size of JSON as the database stores it: its limits count these bytes. */

const encoder = new TextEncoder();

/** How much longer `jsonb` writes a number with an exponent, at most: it writes every digit of 1e+300. */
function writtenOut(value: unknown): number {
  if (typeof value !== "number") return 0;
  const exponent = /e[+-](\d+)$/.exec(String(value))?.[1];
  return exponent === undefined ? 0 : Number(exponent) + 1;
}

/**
 * Bytes of `jsonb` as text. It writes a blank after each comma and colon. Commas and colons inside strings
 * are counted too, so the true size may be a little smaller.
 */
export function jsonbBytes(value: unknown): number {
  const text = JSON.stringify(value) ?? "null";
  let more = text.match(/[,:]/g)?.length ?? 0;
  // The second pass costs more than the first, and hardly any document needs it.
  if (/\de[+-]\d/.test(text)) {
    JSON.stringify(value, (_key, item) => (more += writtenOut(item), item));
  }
  return encoder.encode(text).length + more;
}

/** The longest start of a text, in whole characters, that has at most `maxBytes` as JSON. */
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

/** A foreign text as the database can store it: without null characters and half surrogate pairs. */
export function storable(text: string, maxBytes: number): string {
  return cutToBytes(text.replaceAll("\u0000", "").toWellFormed(), maxBytes);
}

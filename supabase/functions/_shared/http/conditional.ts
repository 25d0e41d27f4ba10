/** If-None-Match (RFC 9110, 13.1.2), compared weakly: `W/"1"` and `"1"` are the same. */

const MAX_CHARS = 1_000;

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}

/** Whether the header names this tag. `*` names every one. */
export function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.slice(0, MAX_CHARS).split(",").map(opaque);
  return tags.includes(opaque(etag)) || tags.includes("*");
}

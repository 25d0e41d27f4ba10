import { portsAt } from "../ports.ts";

/**
 * Offsets for tests. Their ports start at 61,021, above the range that Linux assigns to outgoing
 * connections, and end below 65,536.
 */
const OFFSETS = { first: 6_700, count: 100, step: 40 };

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns an offset whose ports are all free. The search starts at a random offset, so that two
 * concurrent searches rarely choose the same one.
 */
export function freeOffset(): number {
  const { first, count, step } = OFFSETS;
  const from = Math.floor(Math.random() * count);
  for (let at = 0; at < count; at++) {
    const offset = first + ((from + at) % count) * step;
    if (Object.values(portsAt(offset)).every(isFree)) return offset;
  }
  throw new Error("no free ports for a stack");
}

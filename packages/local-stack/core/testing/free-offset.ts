/** Ports for a stack of the tests' own. */
import { portsAt } from "../ports.ts";

/** From port 61,021 on: above those that Linux hands out by itself, and below 65,536. */
const OFFSETS = { first: 6_700, count: 100, step: 40 };

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch {
    return false;
  }
}

/** An offset whose ports are all free. Begins anywhere, so that two that look at once seldom meet. */
export function freeOffset(): number {
  const { first, count, step } = OFFSETS;
  const from = Math.floor(Math.random() * count);
  for (let at = 0; at < count; at++) {
    const offset = first + ((from + at) % count) * step;
    if (Object.values(portsAt(offset)).every(isFree)) return offset;
  }
  throw new Error("no free ports for a stack");
}

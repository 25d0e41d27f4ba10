/**
 * Packs the tokenizer's table for the bundles. Its source of 2.4 MB is more than half of a
 * function's limit. It becomes 1.3 MB of text, which V8 does not parse until a token count is
 * needed.
 */
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Ranks } from "./unpack-ranks.ts";

const UNPACK = new URL("./unpack-ranks.ts", import.meta.url).pathname;

export function packRanks(ranks: Ranks): string {
  return gzipSync(JSON.stringify(ranks), { level: 9 }).toString("base64");
}

/**
 * Returns a module that replaces the table's module. The functions import the tokenizer
 * dynamically, so the table is unpacked only when a text is counted.
 */
export async function packedModule(file: string): Promise<string> {
  const { default: ranks } = await import(pathToFileURL(file).href) as { default: Ranks };
  return `import unpackRanks from ${JSON.stringify(UNPACK)};
export default await unpackRanks(${JSON.stringify(packRanks(ranks))});
`;
}

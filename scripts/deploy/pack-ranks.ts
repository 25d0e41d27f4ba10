/**
 * Packs the tokenizer's table for the bundles. The table's source has 2.4 MB, which is more than
 * half of a function's size limit. The packed table is a text of 1.3 MB, and V8 does not parse it
 * until a token count is needed.
 */
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Ranks } from "./unpack-ranks.ts";

const UNPACK = new URL("./unpack-ranks.ts", import.meta.url).pathname;

export function packRanks(ranks: Ranks): string {
  return gzipSync(JSON.stringify(ranks), { level: 9 }).toString("base64");
}

/**
 * Returns a module that replaces the module of the table. The functions import the tokenizer
 * dynamically, so the table is unpacked only when they count the tokens of a text.
 */
export async function packedModule(file: string): Promise<string> {
  const { default: ranks } = await import(pathToFileURL(file).href) as { default: Ranks };
  return `import unpackRanks from ${JSON.stringify(UNPACK)};
export default await unpackRanks(${JSON.stringify(packRanks(ranks))});
`;
}

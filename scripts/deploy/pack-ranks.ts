/**
 * The tokenizer's table as the bundles have it: 2.4 MB of source, more than half of a function's limit, as
 * 1.3 MB of text that V8 skips until somebody counts tokens.
 */
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Ranks } from "./unpack-ranks.ts";

const UNPACK = new URL("./unpack-ranks.ts", import.meta.url).pathname;

export function packRanks(ranks: Ranks): string {
  return gzipSync(JSON.stringify(ranks), { level: 9 }).toString("base64");
}

/**
 * Takes the place of the module of a table. The functions import the tokenizer dynamically, so that this
 * one, too, runs when the first text is counted.
 */
export async function packedModule(file: string): Promise<string> {
  const { default: ranks } = await import(pathToFileURL(file).href) as { default: Ranks };
  return `import unpackRanks from ${JSON.stringify(UNPACK)};
export default await unpackRanks(${JSON.stringify(packRanks(ranks))});
`;
}

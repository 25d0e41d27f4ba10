/** This file is a part of the bundles. It runs on the platform, so it must work in Deno 2.1.4. */
import { Buffer } from "node:buffer";

/**
 * A tokenizer's table in its library's format. A token is a text, or an array of bytes if the bytes
 * are not valid text.
 */
export type Ranks = (string | number[])[];

/** Unpacks a JSON text that was compressed with gzip and encoded as base64. */
async function unpackRanks(packed: string): Promise<Ranks> {
  const gzip = new Blob([new Uint8Array(Buffer.from(packed, "base64"))]);
  return await new Response(gzip.stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

export default unpackRanks;

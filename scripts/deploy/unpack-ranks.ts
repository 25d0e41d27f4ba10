/** Part of the bundles: it runs on the platform, and must run with Deno 2.1.4. */
import { Buffer } from "node:buffer";

/**
 * A tokenizer's table in its library's form: each token as a text, or as bytes where it is not
 * valid text.
 */
export type Ranks = (string | number[])[];

/** Unpacks base64 of gzip of JSON. */
async function unpackRanks(packed: string): Promise<Ranks> {
  const gzip = new Blob([new Uint8Array(Buffer.from(packed, "base64"))]);
  return await new Response(gzip.stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

export default unpackRanks;

/** Part of the bundles: it runs on the platform, and so under Deno 2.1.4. */
import { Buffer } from "node:buffer";

/** A tokenizer's table as its library has it: a text each, or its bytes where they are no text. */
export type Ranks = (string | number[])[];

/** From base64 of gzip of JSON. */
async function unpackRanks(packed: string): Promise<Ranks> {
  const gzip = new Blob([new Uint8Array(Buffer.from(packed, "base64"))]);
  return await new Response(gzip.stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

export default unpackRanks;

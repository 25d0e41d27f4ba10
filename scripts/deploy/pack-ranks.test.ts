import assert from "node:assert/strict";
import { packRanks } from "./pack-ranks.ts";
import unpackRanks from "./unpack-ranks.ts";

Deno.test("a packed table unpacks to the same table, with bytes that are not valid text", async () => {
  const ranks = ["!", "\n\n", "\u0000", " 漢字", [224, 164], "🏳", "\ufeff"];
  assert.deepEqual(await unpackRanks(packRanks(ranks)), ranks);
});

/**
 * The recipe for Next.js prints whole files of the Next.js example. The example's own test runs
 * these files, so the recipe's code is tested, too.
 */
import { deepEqual } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { blocksIn } from "../support/project/printed-snippets.ts";

const RECIPE = "docs/recipes/use-next.md";
const PRINTED = ["lib/server.ts", "proxy.ts", "app/page.tsx", "app/api/pictures/route.ts"];

/** Asserts that the line before each block links to a file, and that the block is that whole file. */
export async function printsTheExample(): Promise<void> {
  const blocks = (await blocksIn(RECIPE)).map(({ lead, code }) => [
    /\]\(\.\.\/\.\.\/examples\/next\/([^)]+)\):\n$/.exec(lead)?.[1],
    code,
  ]);
  const files = PRINTED.map(async (file) => [
    file,
    await Deno.readTextFile(`${ROOT}examples/next/${file}`),
  ]);
  deepEqual(blocks, await Promise.all(files));
}

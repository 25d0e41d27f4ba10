/**
 * Checks that a recipe which prints whole files of an example prints them as they are. The example's
 * own tests run these files, so the recipe's code is tested, too.
 */
import type { Finding, Rule, Source } from "../sources/source.ts";

/** The files that each of these recipes prints, in the order of its code blocks. */
const PRINTED: Readonly<Record<string, readonly string[]>> = {
  "docs/recipes/use-next.md": [
    "examples/next/lib/server.ts",
    "examples/next/proxy.ts",
    "examples/next/app/page.tsx",
    "examples/next/app/api/pictures/route.ts",
  ],
  "docs/recipes/thirteen-tasks.md": [
    "examples/thirteen-tasks/src/main.tsx",
    "examples/thirteen-tasks/back-end/farthing.js",
    "examples/thirteen-tasks/back-end/server.js",
    "examples/thirteen-tasks/back-end/operator.js",
  ],
};

interface Block {
  /** The line of the block's opening fence, from 1. */
  line: number;
  code: string;
}

/** Returns the page's code blocks in TypeScript and JavaScript, in the page's order. */
function blocksOf({ text }: Source): Block[] {
  return [...text.matchAll(/^```(?:tsx?|jsx?)\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split("\n").length,
    code: match[1]!,
  }));
}

function inPage(page: Source, files: readonly string[], byPath: Map<string, Source>): Finding[] {
  const blocks = blocksOf(page);
  const findings = files.flatMap((file, index) => {
    const block = blocks[index];
    if (block?.code === byPath.get(file)?.text) return [];
    const message = block ? `copy ${file} into this block again` : `print ${file} in this page`;
    return [{ path: page.path, line: block?.line ?? page.lines.length, message }];
  });
  const others = blocks.slice(files.length).map(({ line }) => ({
    path: page.path,
    line,
    message: "add the file of this block to scripts/tidy/rules/printed-files.ts",
  }));
  return [...findings, ...others];
}

export const printedFiles: Rule = {
  name: "printed-files",
  check(sources) {
    const byPath = new Map(sources.map((source) => [source.path, source]));
    return Object.entries(PRINTED).flatMap(([path, files]) => {
      const page = byPath.get(path);
      return page ? inPage(page, files, byPath) : [];
    });
  },
};

/**
 * Some recipes print whole files of an example. Checks that they print the files unchanged. The
 * example's own tests run these files, so the recipe's code is tested, too.
 */
import type { Finding, Rule, Source } from "../sources/source.ts";

interface Printed {
  /** The example's folder. */
  readonly example: string;
  /** The files that the recipe prints, in the order of its code blocks. */
  readonly files: readonly string[];
}

/** The recipes that print files of an example. */
export const PRINTED = {
  "docs/recipes/use-next.md": {
    example: "examples/next",
    files: ["lib/server.ts", "proxy.ts", "app/page.tsx", "app/api/pictures/route.ts"],
  },
  "docs/recipes/thirteen-tasks.md": {
    example: "examples/thirteen-tasks",
    files: ["src/main.tsx", "back-end/farthing.js", "back-end/server.js", "back-end/operator.js"],
  },
} satisfies Record<string, Printed>;

interface Block {
  /** The line of the block's opening fence, from 1. */
  readonly line: number;
  /** The text before this block, from the previous code block or from the page's beginning. */
  readonly lead: string;
  readonly code: string;
}

/** Returns the page's code blocks in TypeScript and JavaScript, in the page's order. */
function blocksOf({ text }: Source): Block[] {
  const fences = /^([\s\S]*?)^```(\w*).*\n([\s\S]*?)^```$\n?/gmy;
  let line = 1;
  return [...text.matchAll(fences)].flatMap(([all, lead = "", language = "", code = ""]) => {
    const block = { line: line + lead.split("\n").length - 1, lead, code };
    line += all.split("\n").length - 1;
    return /^(?:tsx?|jsx?|typescript|javascript)$/.test(language) ? [block] : [];
  });
}

function faultOf(block: Block, file: string, text: string | undefined): string | undefined {
  if (text === undefined) return `${file} does not exist, so no test runs this block`;
  if (block.code !== text) return `copy ${file} into this block again`;
  const isNamed = block.lead.includes(file);
  return isNamed ? undefined : `name ${file} in the text before this block`;
}

function inPage(page: Source, { example, files }: Printed, byPath: Map<string, Source>): Finding[] {
  const blocks = blocksOf(page);
  const at = (line: number, message: string) => ({ path: page.path, line, message });
  const missing = files.slice(blocks.length).map((file) =>
    at(page.lines.length, `print ${example}/${file} in this page`)
  );
  const wrong = blocks.flatMap((block, index) => {
    const file = files[index];
    if (file === undefined) {
      return [at(block.line, "add the file of this block to scripts/tidy/rules/printed-files.ts")];
    }
    const message = faultOf(block, file, byPath.get(`${example}/${file}`)?.text);
    return message === undefined ? [] : [at(block.line, message)];
  });
  return [...wrong, ...missing];
}

export const printedFiles: Rule = {
  name: "printed-files",
  check(sources) {
    const byPath = new Map(sources.map((source) => [source.path, source]));
    return Object.entries(PRINTED).flatMap(([path, printed]) => {
      const page = byPath.get(path);
      if (page) return inPage(page, printed, byPath);
      const hasExample = sources.some((source) => source.path.startsWith(`${printed.example}/`));
      const message = `${path} prints this example, and does not exist`;
      return hasExample ? [{ path: printed.example, line: 1, message }] : [];
    });
  },
};

/** Splits Markdown into headings, paragraphs, lists and code: the parts that our runbooks have. */

export type Block =
  | { readonly kind: "heading" | "text" | "code"; readonly text: string }
  | {
    readonly kind: "list";
    readonly isNumbered: boolean;
    readonly items: readonly (readonly Block[])[];
  };

const BULLET = /^(?:-|\d+\.) +/;
const FENCE = /^```/;

/**
 * Removes a block's lines from the start of `lines`, and returns the removed lines. `step` says
 * whether a line belongs to the block.
 */
function takeWhile(lines: string[], step: (line: string) => boolean): string[] {
  const end = lines.findIndex((line) => !step(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function takeCode(lines: string[]): Block {
  lines.shift();
  const text = takeWhile(lines, (line) => !FENCE.test(line)).join("\n");
  lines.shift();
  return { kind: "code", text };
}

/**
 * Removes a list item from `lines`, and returns its blocks. The item has a first line, and the
 * indented or blank lines below it.
 */
function takeItem(lines: string[]): readonly Block[] {
  const [first = ""] = lines.splice(0, 1);
  const indent = BULLET.exec(first)![0].length;
  const rest = takeWhile(lines, (line) => line.trim() === "" || line.startsWith("  "));
  const dedented = rest.map((line) => line.replace(new RegExp(`^ {0,${indent}}`), ""));
  return blocksOf([first.slice(indent), ...dedented].join("\n"));
}

function takeList(lines: string[]): Block {
  const isNumbered = /^\d/.test(lines[0] ?? "");
  const isItem = (line: string) => BULLET.test(line) && /^\d/.test(line) === isNumbered;
  const items: (readonly Block[])[] = [];
  while (lines[0] !== undefined && isItem(lines[0])) {
    items.push(takeItem(lines));
  }
  return { kind: "list", isNumbered, items };
}

const endsText = (line: string): boolean =>
  line.trim() === "" || FENCE.test(line) || BULLET.test(line) ||
  line.startsWith("#");

function takeText(lines: string[]): Block {
  const [first = "", ...more] = [...lines.splice(0, 1), ...takeWhile(lines, (l) => !endsText(l))];
  return { kind: "text", text: [first, ...more].map((line) => line.trim()).join(" ") };
}

export function blocksOf(text: string): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  while (lines.length > 0) {
    const line = lines[0] ?? "";
    const [, heading] = /^#+ (.*)$/.exec(line) ?? [];
    if (line.trim() === "") lines.shift();
    else if (heading !== undefined) {
      lines.shift();
      blocks.push({ kind: "heading", text: heading });
    } else if (FENCE.test(line)) blocks.push(takeCode(lines));
    else if (BULLET.test(line)) blocks.push(takeList(lines));
    else blocks.push(takeText(lines));
  }
  return blocks;
}

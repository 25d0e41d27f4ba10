import pc from "picocolors";
import { formatTable } from "@farthing/command-line";

const INDENT = "   ";

/** Formats indented lines, each with a label and a value. */
export function formatFacts(facts: [string, string][]): string {
  const rows = facts.map(([label, fact]) => [pc.dim(label), fact]);
  return formatTable([{ title: "" }, { title: "" }], rows).replaceAll(/^/gm, INDENT);
}

/** Returns the beginning of a text, on one line and with at most `most` characters. */
export function shorten(text: string, most: number): string {
  const line = [...text.replaceAll(/\s+/g, " ").trim()];
  return line.length <= most ? line.join("") : `${line.slice(0, most - 1).join("").trimEnd()}…`;
}

/** Formats text that arrives in pieces: indents it, and breaks its lines at spaces. */
export function createFlow(width: number): (piece: string) => string {
  let column = 0;
  return (piece) => {
    const line = piece.replaceAll(/\s+/g, " ");
    const breaks = column === 0 || (column + line.length > width && line.startsWith(" "));
    const laid = breaks ? `${column === 0 ? "" : "\n"}${INDENT}${line.trimStart()}` : line;
    column = breaks ? INDENT.length + line.trimStart().length : column + line.length;
    return laid;
  };
}

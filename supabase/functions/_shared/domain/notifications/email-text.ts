/** The text part of an email: no markup, and lines of at most 78 columns, as RFC 5322 advises. */
import type { EmailParts, Fact, Look } from "./email-parts.ts";
import { oneLine } from "./one-line.ts";
import { footerOf } from "./accent-and-footer.ts";

const COLUMNS = 78;

/** Breaks a line at spaces. A word that is longer than a line, such as a URL, stays whole. */
function wrap(line: string, indent = ""): string {
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1)!;
    const extended = last.trim() === "" ? last + word : `${last} ${word}`;
    if (extended.length <= COLUMNS || last.trim() === "") lines[lines.length - 1] = extended;
    else lines.push(indent + word);
  }
  return lines.join("\n");
}

function listed(facts: readonly Fact[]): string {
  return facts.map(([name, value]) => wrap(`${name}: ${oneLine(value)}`, "  ")).join("\n");
}

function linked({ label, url }: NonNullable<EmailParts["link"]>): string {
  return wrap(`${label}: ${oneLine(url, 2_048)}`);
}

export function textOf(
  { sentences, facts, references, link }: EmailParts,
  { language, shop }: Look,
): string {
  const footer = footerOf(shop, language.sentences.footer.questions)
    .map((line) => wrap(oneLine(line, 2_048))).join("\n");
  return [
    ...sentences.map((each) => wrap(oneLine(each))),
    listed(facts),
    listed(references),
    ...(link === undefined ? [] : [linked(link)]),
    // Mail programs recognise "-- " as the beginning of a signature.
    ...(footer === "" ? [] : [`-- \n${footer}`]),
  ].filter((part) => part !== "").join("\n\n") + "\n";
}

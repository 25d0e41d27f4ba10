/**
 * A letter: said once, written twice, as text and as HTML. Whatever a template is given ends up on one line,
 * without characters that end a header or turn the reading around, and escaped.
 */
import { html } from "hono/html";

export interface Letter {
  readonly subject: string;
  /** Sentences of ours; what comes from data goes into facts. */
  readonly says: readonly string[];
  /** Name and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** One thing to do. */
  readonly link?: { readonly label: string; readonly url: string };
}

export interface Content {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Long enough for any id, name or sentence of ours. */
const LONGEST = 500;
const LONGEST_SUBJECT = 150;

// Line ends and other control characters, and those that reverse the direction of what follows.
const UNPRINTED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

function oneLine(text: string, longest = LONGEST): string {
  const clean = text.replace(UNPRINTED, " ").trim();
  const letters = [...clean];
  return letters.length <= longest ? clean : `${letters.slice(0, longest - 1).join("")}…`;
}

/** Only what a browser may follow. */
function followable(url: string): boolean {
  return /^https?:\/\//.test(url);
}

function asText({ says, facts, link }: Letter): string {
  const lines = facts.map(([name, value]) => `${name}: ${oneLine(value)}`);
  const rest = link === undefined ? [] : [`${link.label}: ${oneLine(link.url, 2_048)}`];
  return [...says.map((each) => oneLine(each)), lines.join("\n"), ...rest]
    .filter((part) => part !== "").join("\n\n") + "\n";
}

const CELL = "padding:4px 16px 4px 0;vertical-align:top";
const BODY = "font-family:sans-serif;line-height:1.5;color:#111";

// Mail readers know neither style sheets nor scripts; <bdi> keeps a name of another direction to itself.
function asHtml({ subject, says, facts, link }: Letter): string {
  const rows = facts.map(([name, value]) =>
    html`
      <tr>
        <td style="${CELL};color:#666">${name}</td>
        <td style="${CELL}"><bdi>${oneLine(value)}</bdi></td>
      </tr>
    `
  );
  const paragraphs = says.map((each) => html`<p>${oneLine(each)}</p>`);
  const table = rows.length === 0 ? "" : html`<table role="presentation">${rows}</table>`;
  const way = link === undefined || !followable(link.url)
    ? ""
    : html`<p><a href="${oneLine(link.url, 2_048)}" rel="noreferrer">${link.label}</a></p>`;
  return String(
    html`
      <!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <title>${oneLine(subject, LONGEST_SUBJECT)}</title>
        </head>
        <body style="${BODY}">${paragraphs}${table}${way}</body>
      </html>
    `,
  ).trim();
}

export function writeLetter(letter: Letter): Content {
  return {
    subject: oneLine(letter.subject, LONGEST_SUBJECT),
    text: asText(letter),
    html: asHtml(letter),
  };
}

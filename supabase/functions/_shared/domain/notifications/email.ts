/**
 * Writes an email as text and as HTML from the same parts. Each value from a notification's data
 * becomes one escaped line, without characters that end a header or reverse the reading direction.
 */
import { html } from "hono/html";

export interface EmailParts {
  readonly subject: string;
  /** Sentences of ours. Values from the data belong in `facts`. */
  readonly sentences: readonly string[];
  /** Pairs of a name and a value. */
  readonly facts: readonly (readonly [string, string])[];
  /** The link to the one action that the email asks for. */
  readonly link?: { readonly label: string; readonly url: string };
}

export interface Email {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The longest value in UTF-16 units, enough for any id, name or sentence of ours. */
const LONGEST = 500;
const LONGEST_SUBJECT = 150;

// Line ends and other control characters, and characters that reverse the direction of the text
// after them.
const UNPRINTED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

function oneLine(text: string, longest = LONGEST): string {
  const clean = text.replace(UNPRINTED, " ").trim();
  const characters = [...clean];
  return characters.length <= longest ? clean : `${characters.slice(0, longest - 1).join("")}…`;
}

/** Only a web address becomes a link. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\//.test(url);
}

function asText({ sentences, facts, link }: EmailParts): string {
  const lines = facts.map(([name, value]) => `${name}: ${oneLine(value)}`);
  const rest = link === undefined ? [] : [`${link.label}: ${oneLine(link.url, 2_048)}`];
  return [...sentences.map((each) => oneLine(each)), lines.join("\n"), ...rest]
    .filter((part) => part !== "").join("\n\n") + "\n";
}

const CELL = "padding:4px 16px 4px 0;vertical-align:top";
const BODY = "font-family:sans-serif;line-height:1.5;color:#111";

// Email clients support neither style sheets nor scripts. <bdi> isolates a value that is written
// from right to left.
function asHtml({ subject, sentences, facts, link }: EmailParts): string {
  const rows = facts.map(([name, value]) =>
    html`
      <tr>
        <td style="${CELL};color:#666">${name}</td>
        <td style="${CELL}"><bdi>${oneLine(value)}</bdi></td>
      </tr>
    `
  );
  const paragraphs = sentences.map((each) => html`<p>${oneLine(each)}</p>`);
  const table = rows.length === 0 ? "" : html`<table role="presentation">${rows}</table>`;
  const anchor = link === undefined || !isWebAddress(link.url)
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
        <body style="${BODY}">${paragraphs}${table}${anchor}</body>
      </html>
    `,
  ).trim();
}

export function writeEmail(parts: EmailParts): Email {
  return {
    subject: oneLine(parts.subject, LONGEST_SUBJECT),
    text: asText(parts),
    html: asHtml(parts),
  };
}

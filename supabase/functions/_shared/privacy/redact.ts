/**
 * Replaces personal data and secrets in a text with tokens such as `[EMAIL]`.
 * docs/decisions/privacy.md lists what is found and what is missed.
 */
import { findCards } from "./card.ts";
import { findEmails } from "./email.ts";
import { findIbans } from "./iban.ts";
import { findIps } from "./ip.ts";
import { findKeys } from "./keys-and-tokens.ts";
import { findNamedSecrets } from "./named-secrets.ts";
import { findPassports } from "./passport.ts";
import { findPhones } from "./phone.ts";
import { plain, type PlainText } from "./plain-text.ts";
import type { Detector } from "./spans.ts";
import { findSsns } from "./ssn.ts";
import { findZips } from "./zip.ts";

export type Kind =
  | "email"
  | "phone"
  | "card"
  | "ssn"
  | "passport"
  | "zip"
  | "iban"
  | "ip"
  | "secret";

export type Classification = "none" | "personal" | "sensitive";

export interface Redacted {
  readonly text: string;
  /** The kinds that were found, each listed once. */
  readonly kinds: Kind[];
}

// The order matters: a key may contain text that looks like an address, an IBAN may look like a card, and a
// card may look like a telephone number. A later detector does not see what an earlier one found.
const DETECTORS: readonly (readonly [Kind, Detector])[] = [
  ["secret", findKeys],
  ["secret", findNamedSecrets],
  ["email", findEmails],
  ["iban", findIbans],
  ["card", findCards],
  ["passport", findPassports],
  ["ssn", findSsns],
  ["ip", findIps],
  ["phone", findPhones],
  ["zip", findZips],
];

const SENSITIVE: ReadonlySet<Kind> = new Set(["card", "ssn", "passport", "iban", "secret"]);

// Replacing one kind of data may reveal another kind, which the next round finds. Real texts need
// at most three rounds, and each further round costs time on hostile texts.
const MAX_ROUNDS = 4;

function replaced(text: string, readable: PlainText, kind: Kind, find: Detector): string {
  const spans = find(readable.text).map(readable.spanOf);
  if (spans.length === 0) return text;
  const token = `[${kind.toUpperCase()}]`;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(from, start));
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join(token);
}

/**
 * Returns the redacted text, and the kinds that were found. Redacting the result again changes
 * nothing.
 */
export function redactWithFindings(text: string): Redacted {
  const kinds = new Set<Kind>();
  let clean = text;
  let readable = plain(clean);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = clean;
    for (const [kind, find] of DETECTORS) {
      const next = replaced(clean, readable, kind, find);
      if (next === clean) continue;
      kinds.add(kind);
      clean = next;
      readable = plain(clean);
    }
    if (clean === before) break;
  }
  return { text: clean, kinds: [...kinds] };
}

/** Returns the text with tokens in place of personal data and secrets. */
export function redact(text: string): string {
  return redactWithFindings(text).text;
}

// redactStart() redacts the first `READ_PER_KEPT * maxLength` UTF-16 units of a text, and then cuts
// the result to `maxLength` units, because redaction may shorten the text.
const READ_PER_KEPT = 4;

/**
 * Redacts the start of a text, and returns at most `maxLength` UTF-16 units of the result. The text
 * is cut after redaction, because half of a key is not recognized.
 */
export function redactStart(text: string, maxLength: number): string {
  return redact(text.slice(0, READ_PER_KEPT * maxLength)).slice(0, maxLength);
}

/** Returns the class of a text in which these kinds were found. */
export function classify(kinds: readonly Kind[]): Classification {
  if (kinds.length === 0) return "none";
  return kinds.some((kind) => SENSITIVE.has(kind)) ? "sensitive" : "personal";
}

/**
 * Takes out of a text what says who someone is or opens a door, and leaves a token such as `[EMAIL]`.
 * What is caught and what is not: docs/decisions/privacy.md.
 */
import { findCards } from "./card.ts";
import { findEmails } from "./email.ts";
import { findIbans } from "./iban.ts";
import { findIps } from "./ip.ts";
import { findKeys } from "./key-shapes.ts";
import { findNamedSecrets } from "./named-secrets.ts";
import { findPassports } from "./passport.ts";
import { findPhones } from "./phone.ts";
import { plain, type PlainText } from "./plain.ts";
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
  /** What was found, each kind once. */
  readonly kinds: Kind[];
}

// In this order: a key may contain what looks like an address, an IBAN what looks like a card, a card
// what looks like a telephone number. What is found is gone for those that follow.
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

// What one kind leaves behind may let another be seen, once or twice. More rounds find nothing but
// work for whoever sends such a text.
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

/** The text without what was found, and what was found. Redacting the result again changes nothing. */
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

/** The text with tokens in place of personal data and secrets. */
export function redact(text: string): string {
  return redactWithFindings(text).text;
}

// More of a text is not read for a start of it: redaction shortens, but seldom to a quarter.
const READ_PER_KEPT = 4;

/** At most `maxLength` UTF-16 units; cut after redaction, for half of a key is not known as one. */
export function redactStart(text: string, maxLength: number): string {
  return redact(text.slice(0, READ_PER_KEPT * maxLength)).slice(0, maxLength);
}

/** How careful one has to be with the text in which these kinds were found. */
export function classify(kinds: readonly Kind[]): Classification {
  if (kinds.length === 0) return "none";
  return kinds.some((kind) => SENSITIVE.has(kind)) ? "sensitive" : "personal";
}

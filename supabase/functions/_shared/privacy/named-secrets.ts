/**
 * Finds passwords and other secrets by the name before them: `password=…`, `"api_key": "…"`, "my
 * password is …".
 */
import { merged, type Span } from "./spans.ts";

const PASSWORD = "password|passwd|passphrase|passwort|mot de passe|contraseña|pwd|(?<![a-z])pass";
const KEY = "secret|secret[_-]?key|api[ _-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|" +
  "(?:access|auth|refresh|session|id)[_-]?token|token";

const QUOTED = new RegExp(
  `(?:${PASSWORD}|${KEY})["'\`]?\\s{0,3}[:=]\\s{0,3}\\\\?(?:"(?<a>[^"\\\\\\n]{4,256})|` +
    `'(?<b>[^'\\n]{4,256})|\`(?<c>[^\`\\n]{4,256}))`,
  "gi",
);
const BARE_CHARS = "[^\\s\"'`,;&<>(){}\\[\\]\\\\]";
const BARE = new RegExp(
  `(?<name>${PASSWORD}|${KEY})["'\`]?(?<sign>\\s{0,3}[:=]\\s{0,3}|\\s(?:is|was|lautet|ist)\\s)` +
    `(?<value>${BARE_CHARS}{3,255}[^\\s"'\`,;&<>(){}\\[\\]\\\\.:!?]|${BARE_CHARS}{4,256})`,
  "gi",
);
const IS_PASSWORD = new RegExp(`^(?:${PASSWORD})$`, "i");

const PLACEHOLDER = new RegExp(
  "^(?:null|true|false|undefined|none|required|optional|string|boolean|number|missing|invalid|" +
    String.raw`empty|hidden|redacted|wrong|(?:not|no|your)\b.*|\*+|x+|\.+|[[<{$/].*)$`,
  "i",
);

/** `process.env.API_KEY` names the place from which a program reads the secret; it is not the secret. */
const MEMBER = /^[a-z_$][\w$]*(?:\.[a-z_$][\w$]*)+$/i;

/**
 * Returns true if the value mixes letters, digits or signs, as most secrets do. A plain word does
 * not.
 */
function isMixed(value: string): boolean {
  return /\d/.test(value) && /[^\d.,:%-]/.test(value) || /[A-Za-z][!@#$%^*~+=][^=]/.test(value) ||
    /[!@#$%^*~]$/.test(value);
}

function isSecret(name: string, sign: string, value: string): boolean {
  if (PLACEHOLDER.test(value)) return false;
  if (isMixed(value)) return /\d/.test(value) || !MEMBER.test(value);
  if (/^\d+$/.test(value)) return IS_PASSWORD.test(name) && !/^pass$/i.test(name);
  // A plain word is a secret only after `=`, as in `password=swordfish` in forms, command lines and
  // environments. After "token", a plain word names a kind of token.
  return sign === "=" && !MEMBER.test(value) && !/^token$/i.test(name);
}

function findQuoted(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: whole, index, groups } of text.matchAll(QUOTED)) {
    const value = groups?.a ?? groups?.b ?? groups?.c ?? "";
    const end = index + whole.length;
    if (!PLACEHOLDER.test(value)) spans.push({ start: end - value.length, end });
  }
  return spans;
}

function findBare(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: whole, index, groups } of text.matchAll(BARE)) {
    const { name, sign, value } = groups as Record<"name" | "sign" | "value", string>;
    const end = index + whole.length;
    if (text[end] !== "(" && isSecret(name, sign, value)) {
      spans.push({ start: end - value.length, end });
    }
  }
  return spans;
}

export function findNamedSecrets(text: string): Span[] {
  return merged(findQuoted(text), findBare(text));
}

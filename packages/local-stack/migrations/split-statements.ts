/**
 * Splits a migration into statements as the Supabase CLI does: at semicolons, trimmed, with their
 * comments. The stack therefore records the same statements as `supabase db push`.
 */

/** These patterns match at the start of the remaining text. */
const DOLLAR = /^\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/;
const WORD = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/;

function endOfBlockComment(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith("/*", at)) depth++, at++;
    else if (text.startsWith("*/", at)) {
      depth--, at++;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

/**
 * Returns the position after a quoted string. A doubled quote does not end the string, nor does \'
 * in an E'' string.
 */
function endOfQuote(text: string, from: number, escapes: boolean): number {
  const quote = text[from];
  for (let at = from + 1; at < text.length; at++) {
    if (escapes && text[at] === "\\") at++;
    else if (text[at] === quote && text[at + 1] === quote) at++;
    else if (text[at] === quote) return at + 1;
  }
  return text.length;
}

function after(text: string, needle: string, from: number): number {
  const found = text.indexOf(needle, from);
  return found < 0 ? text.length : found + needle.length;
}

/**
 * Returns the position after the token at `from`, or undefined if an ordinary character is there.
 */
function endOfToken(text: string, from: number): number | undefined {
  if (text.startsWith("--", from)) return after(text, "\n", from);
  if (text.startsWith("/*", from)) return endOfBlockComment(text, from);
  const char = text[from];
  if (char === "'" || char === '"') return endOfQuote(text, from, false);
  const rest = text.slice(from, from + 80);
  if (char === "$") {
    const tag = DOLLAR.exec(rest)?.[0];
    return tag ? after(text, tag, from + tag.length) : undefined;
  }
  const word = WORD.exec(rest)?.[0];
  if (!word) return undefined;
  if (/^e$/i.test(word) && text[from + 1] === "'") return endOfQuote(text, from + 1, true);
  return from + word.length;
}

/** Tracks `begin atomic … end`. Inside it, a semicolon does not end the statement. */
class AtomicBody {
  #previous = "";
  #depth = 0;

  get open(): boolean {
    return this.#depth > 0;
  }

  see(token: string): void {
    const word = token.toLowerCase();
    if (!WORD.test(word)) return;
    if (word === "atomic" && this.#previous === "begin") this.#depth++;
    else if (this.open && word === "case") this.#depth++;
    else if (this.open && word === "end") this.#depth--;
    this.#previous = word;
  }
}

/** Returns the statements of an SQL text in order, without their semicolons. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let body = new AtomicBody();
  for (let at = 0; at < text.length;) {
    const end = endOfToken(text, at);
    if (end !== undefined) {
      body.see(text.slice(at, end));
      at = end;
    } else if (text[at++] === ";" && !body.open) {
      statements.push(text.slice(start, at - 1).trim());
      start = at;
      body = new AtomicBody();
    }
  }
  statements.push(text.slice(start).trim());
  return statements.filter((statement) => statement !== "");
}

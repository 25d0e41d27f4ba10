/**
 * Finds names that an object of a JSON text has twice. JSON.parse drops one silently: here the last one wins,
 * elsewhere the first one, so the value that was checked may not be the value that is used.
 *
 * Why no parser that reports them: each parses again, in JavaScript, and 1 MB takes it many times as long
 * as JSON.parse. A text that JSON.parse took is valid, so counting is enough: it has more names than what
 * was parsed from it has, or it repeats one.
 */

const COLON = 58;
const SPACE = 32;

function endOfString(text: string, open: number): number {
  for (let end = text.indexOf('"', open + 1);; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text[before] === "\\") before--;
    if ((end - before) % 2 === 1) return end;
  }
}

/** Calls back with each name of a valid JSON text, as it is written, quotes and all. */
function eachName(text: string, use: (start: number, end: number) => void): void {
  let end = -1;
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', end + 1)) {
    end = endOfString(text, open);
    let next = end + 1;
    while (text.charCodeAt(next) <= SPACE) next++;
    if (text.charCodeAt(next) === COLON) use(open, end + 1);
  }
}

function namesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return own.concat(...Object.values(value).map(namesIn));
}

function howOften(names: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/**
 * The first name that an object repeats, however it is escaped; undefined where none does.
 * @param text valid JSON
 * @param nameCount how many names the objects of `value` have
 */
export function repeatedName(text: string, value: unknown, nameCount: number): string | undefined {
  let written = 0;
  eachName(text, () => written++);
  if (written === nameCount) return undefined;
  const names: string[] = [];
  eachName(text, (start, end) => names.push(JSON.parse(text.slice(start, end))));
  const parsed = howOften(namesIn(value));
  const all = howOften(names);
  return names.find((name) => all.get(name)! > (parsed.get(name) ?? 0));
}

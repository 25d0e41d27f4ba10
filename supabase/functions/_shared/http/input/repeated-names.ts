/**
 * Finds a name that occurs twice in one object of a JSON text. JSON.parse silently uses the last value and
 * other parsers use the first, so a proxy could check one value while this API uses the other.
 *
 * For a text of 1 MB, a parser that reports repeated names would be many times slower than JSON.parse. When
 * this code runs, JSON.parse has accepted the text, so it is enough to count: if the text has more names than
 * the parsed value, a name is repeated.
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

/** Calls `use` with the position of each name in a valid JSON text. The position includes the quotes. */
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
 * Returns the first name that an object repeats, even if one occurrence is escaped; undefined if no object
 * repeats a name.
 * @param text valid JSON
 * @param nameCount the number of names in all objects of `value`
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

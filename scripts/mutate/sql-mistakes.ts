/** Makes mutants of a schema file, by kind. Each is a mistake that a developer could make. */
import type { Area, Mutant } from "./mutant.ts";

interface Kind {
  readonly says: string;
  /** The pattern of the text that is replaced. */
  readonly pattern: RegExp;
  replace(match: RegExpExecArray): string;
}

const SWAPS: Readonly<Record<string, string>> = {
  "<=": "<",
  ">=": ">",
  "<": "<=",
  ">": ">=",
  "<>": "=",
  "=": "<>",
  "+": "-",
  "-": "+",
};

const swapped = ([, space, operator = ""]: RegExpExecArray) => `${space}${SWAPS[operator]} `;

const KINDS: readonly Kind[] = [
  { says: "a comparison at its boundary", pattern: /( )(<=|>=|<|>) /g, replace: swapped },
  {
    says: "equal for different",
    pattern: /(?<=where .*|and .*|if .*)( )(=|<>) /g,
    replace: swapped,
  },
  { says: "plus for minus", pattern: /(?<=\w|\))( )([+-]) (?=\w|\()/g, replace: swapped },
  {
    says: "a window four times as short",
    pattern: /interval '(\d+) (second|minute|hour|day|month|year)s?'/g,
    replace: ([, count, unit]) => `(interval '${count} ${unit}' / 4)`,
  },
  {
    says: "a condition dropped",
    pattern: /^( *)and (?!.*\b(?:then|loop)\b)[^\n()]*(?:\([^\n()]*\)[^\n()]*)*$/gm,
    replace: ([text, space]) => /;\s*$/.test(text) ? `${space};` : `${space}-- dropped`,
  },
  {
    says: "a step dropped",
    pattern: /^( *)perform farthing\.[^;]*;/gm,
    replace: ([, space]) => `${space}null;`,
  },
  { says: "least for greatest", pattern: /\bgreatest\(/g, replace: () => "least(" },
  { says: "greatest for least", pattern: /\bleast\(/g, replace: () => "greatest(" },
  { says: "absent for present", pattern: /\bis not null\b/g, replace: () => "is null" },
  { says: "present for absent", pattern: /\bis null\b/g, replace: () => "is not null" },
  { says: "some for none", pattern: /\bnot exists\b/g, replace: () => "exists" },
  { says: "a grant dropped", pattern: /^grant execute on [^;]*;/gm, replace: () => "" },
  {
    says: "row level security dropped",
    pattern: /^alter table .* enable row level security;/gm,
    replace: () => "",
  },
];

/** Mutants that a test with a single database session never detects. */
const LOCKS: readonly Kind[] = [
  { says: "skipped rows waited for", pattern: / skip locked\b/g, replace: () => "" },
  {
    says: "rows not locked",
    pattern:
      /\s+for (?:no key update|update|key share|share)\b(?: of \w+)?(?: skip locked)?(?! to )/g,
    replace: () => "",
  },
  {
    says: "each session has a lock of its own",
    pattern: /\bpg_(?:try_)?advisory_(?:xact_)?lock\(/g,
    replace: ([call]) => `${call}pg_backend_pid() + 0 * `,
  },
  { says: "a table not locked", pattern: /\block table [^;]*;/g, replace: () => "null;" },
];

/**
 * Returns the text with zero bytes in place of its comments, so that positions stay the same. If
 * `withQuotes` is false, quoted texts are replaced, too.
 */
function masked(text: string, withQuotes: boolean): string {
  const blank = (found: string) => found.replace(/[^\n]/g, "\0");
  const code = text.replace(/--[^\n]*/g, blank)
    .replace(/^comment on [^;]*?\n?(?:\s*'(?:[^']|'')*'\s*)+;/gm, blank);
  return withQuotes ? code : code.replace(/'(?:[^'\n]|'')*'/g, blank);
}

/** Returns every mutant of one schema file, grouped by kind. */
export const sqlMistakes = (file: string, text: string) => mistakesIn("sql", KINDS, file, text);

/** Returns every mutant that omits or changes a lock in one schema file, grouped by kind. */
export const lockMistakes = (file: string, text: string) => mistakesIn("locks", LOCKS, file, text);

function mistakesIn(area: Area, kinds: readonly Kind[], file: string, text: string): Mutant[][] {
  return kinds.map(({ says, pattern, replace }) =>
    [...masked(text, pattern.source.includes("interval")).matchAll(pattern)].map((match) => {
      const before = text.slice(match.index, match.index + match[0].length);
      return { area, file, start: match.index, before, after: replace(match), says };
    })
  );
}

/** Writes CSV that spreadsheets read safely. */
import { stringify } from "csv-stringify/sync";

export interface Column<Key extends string = string> {
  readonly key: Key;
  /** The column's name in the header. Without it, the header has the key. */
  readonly title?: string;
  /**
   * true if the column holds numbers. In such a column, a leading minus is a sign and not the start of a
   * formula.
   */
  readonly isNumber?: boolean;
}

// The characters with which a formula may begin. A spreadsheet may skip invisible characters at the start of
// a cell and run the rest as a formula. The last four characters are full-width signs, which some programs
// read like the normal signs.
const FORMULA = /^[\t\r]|^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

// In many countries, spreadsheets separate cells by semicolons. Such a spreadsheet ignores our
// quotes around a text, so a semicolon, a tab or a line break within a text begins a new cell.
const GAP = /[\s\p{C}";]+/gu;
const SEPARATOR = /[;\t\r\n]/;

const NUMBER = /^-?\d+(\.\d+)?$/;

function disarm(text: string): string {
  const inside = text.replace(
    GAP,
    (gap, at: number) =>
      SEPARATOR.test(gap) && FORMULA.test(text.charAt(at + gap.length)) ? `${gap}'` : gap,
  );
  return FORMULA.test(text) ? `'${inside}` : inside;
}

/**
 * Returns the rows as CSV lines that end in CRLF. A file is written in pages of rows; only the
 * first page begins with the header.
 */
export function toCsv(
  rows: readonly object[],
  columns: readonly Column[],
  isFirst: boolean,
): string {
  const numbers = new Set(columns.filter(({ isNumber }) => isNumber).map(({ key }) => key));
  return stringify([...rows], {
    header: isFirst,
    columns: columns.map(({ key, title = key }) => ({ key, header: title })),
    record_delimiter: "\r\n",
    // Most readers end a record at a lone CR or LF too, so a value that contains a CR or an LF is
    // quoted.
    quoted_match: /[\r\n]/,
    cast: {
      string: (value, { index, header }) =>
        header || numbers.has(columns[index]!.key) && NUMBER.test(value) ? value : disarm(value),
      boolean: String,
    },
  });
}

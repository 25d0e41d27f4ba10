/**
 * Returns the named columns of a ledger CSV, row by row. The columns must come before the metadata,
 * which is the first column whose values may contain commas.
 */
export function readColumns(csv: string, names: string[]): string[][] {
  const [header = "", ...lines] = csv.trim().split(/\r?\n/);
  const titles = header.split(",");
  const columns = names.map((name) => titles.indexOf(name));
  const missing = names.filter((_, at) => columns[at] === -1);
  if (missing.length > 0) {
    throw new Error(`the ledger's CSV has no column ${missing.join(", ")}: ${header}`);
  }
  return lines.map((line) => {
    const cells = line.split(",");
    return columns.map((column) => cells[column] ?? "");
  });
}

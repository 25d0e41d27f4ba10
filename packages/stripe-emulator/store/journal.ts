/** One change of a table. It stores the object `value` or, without `value`, removes the object. */
export interface Change {
  table: string;
  id: string;
  value?: unknown;
}

/**
 * The state on disk. Each change is one JSON line, appended before the request is answered. At the
 * start, the file is read as a whole, and rewritten without the objects that were replaced or
 * removed. If the process was killed while writing, the incomplete last line is skipped.
 */
export class Journal {
  constructor(readonly path: string) {}

  read(): Change[] {
    let text: string;
    try {
      text = Deno.readTextFileSync(this.path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
    return text.split("\n").flatMap(parseLine);
  }

  append(changes: Change[]): void {
    Deno.writeTextFileSync(this.path, lines(changes), { append: true, mode: 0o600 });
  }

  /**
   * Replaces the whole file in one step, so that a reader sees either the old state or the new one.
   */
  rewrite(changes: Change[]): void {
    const next = `${this.path}.next`;
    Deno.writeTextFileSync(next, lines(changes), { mode: 0o600 });
    Deno.renameSync(next, this.path);
  }
}

function lines(changes: Change[]): string {
  return changes.map((change) => JSON.stringify(change) + "\n").join("");
}

function parseLine(line: string): Change[] {
  if (line === "") return [];
  try {
    return [JSON.parse(line) as Change];
  } catch {
    return [];
  }
}

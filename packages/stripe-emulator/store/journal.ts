/** One change: an object stored in a table, or, without `value`, removed from it. */
export interface Change {
  table: string;
  id: string;
  value?: unknown;
}

/**
 * The state on disk: one JSON line for each change, appended before the request is answered. The
 * file is read as a whole at the start and rewritten without replaced objects. An incomplete last
 * line, left by a process that was killed while writing, is skipped.
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

  /** Replaces the whole file in one step: a reader sees the old state or the new one. */
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

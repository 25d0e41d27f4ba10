import type { Journal, JournalRecord } from "./journal.ts";

/** The functions of `node:fs/promises` that the journal uses. Node, Deno and Bun have them. */
export interface FileSystem {
  mkdir(path: string, options: { recursive: true }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
  writeFile(path: string, text: string, options: { flush: boolean }): Promise<void>;
}

function recordOf(text: string): JournalRecord | null {
  try {
    const record = JSON.parse(text);
    const texts = [record.id, record.holdId, record.userId, record.held, record.holdExpiresAt];
    const isComplete = texts.every((each) => typeof each === "string") && record.most;
    // With an invalid date the hold would never count as expired, so the call would stay unsettled.
    return isComplete && !Number.isNaN(Date.parse(record.holdExpiresAt)) ? record : null;
  } catch {
    return null;
  }
}

/**
 * Makes a journal with one file for each record.
 *
 * ```ts
 * import * as fs from "node:fs/promises";
 * const journal = fileJournal("./unsettled", fs);
 * ```
 */
export function fileJournal(folder: string, fs: FileSystem): Journal {
  const pathOf = (id: string) => `${folder}/${id}.json`;
  return {
    async write(record) {
      await fs.mkdir(folder, { recursive: true });
      // A crash during the writing leaves only an incomplete draft. The old record stays until the
      // complete draft replaces it.
      const draft = `${folder}/${record.id}.draft`;
      await fs.writeFile(draft, JSON.stringify(record), { flush: true });
      await fs.rename(draft, pathOf(record.id));
    },
    remove: (id) => fs.rm(pathOf(id), { force: true }),
    async list() {
      await fs.mkdir(folder, { recursive: true });
      const records: JournalRecord[] = [];
      const unreadable: string[] = [];
      for (const name of await fs.readdir(folder)) {
        if (!name.endsWith(".json")) continue;
        // Another process may have settled the call since the folder was read.
        const text = await fs.readFile(`${folder}/${name}`, "utf8").catch(ignoreMissing);
        if (text === null) continue;
        const record = recordOf(text);
        if (record === null) unreadable.push(name);
        else records.push(record);
      }
      return { records, unreadable };
    },
  };
}

function ignoreMissing(error: unknown): null {
  if ((error as { code?: string }).code === "ENOENT") return null;
  throw error;
}

import { deepEqual } from "node:assert/strict";
import * as fs from "node:fs/promises";
import { fileJournal } from "./file-journal.ts";
import type { JournalRecord } from "./journal.ts";

const record: JournalRecord = {
  ...{ id: "11111111-1111-4111-8111-111111111111", holdId: "h", userId: "u", reason: "r" },
  ...{ held: "110", holdExpiresAt: "2026-11-24T00:15:00Z", startedBy: "p" },
  ...{ most: { amount: "110" }, charge: null },
};

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-journal-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the journal of files returns the last version of each record", () =>
  inFolder(async (folder) => {
    const journal = fileJournal(`${folder}/new`, fs);
    deepEqual(await journal.list(), { records: [], unreadable: [] });
    await journal.write(record);
    const charged = { ...record, charge: { amount: "12" } };
    await journal.write(charged);
    deepEqual(await fileJournal(`${folder}/new`, fs).list(), {
      records: [charged],
      unreadable: [],
    });
    await journal.remove(record.id);
    await journal.remove(record.id);
    deepEqual(await journal.list(), { records: [], unreadable: [] });
  }));

Deno.test("a process that dies while it writes leaves the record as it was", () =>
  inFolder(async (folder) => {
    const journal = fileJournal(folder, fs);
    await journal.write(record);
    const dying = { ...fs, rename: () => Promise.reject(new Error("killed")) };
    const charged = { ...record, charge: { amount: "12" } };
    await fileJournal(folder, dying).write(charged).catch(() => {});
    deepEqual(await journal.list(), { records: [record], unreadable: [] });
  }));

Deno.test("records that can't be read are named, and left as they are", () =>
  inFolder(async (folder) => {
    const journal = fileJournal(folder, fs);
    await journal.write(record);
    const texts: Record<string, string> = {
      "cut.json": JSON.stringify(record).slice(0, 40),
      "empty.json": "",
      "less.json": JSON.stringify({ ...record, holdId: undefined }),
      "never.json": JSON.stringify({ ...record, holdExpiresAt: "soon" }),
      "null.json": "null",
      "other.txt": "not a record",
    };
    for (const [name, text] of Object.entries(texts)) await fs.writeFile(`${folder}/${name}`, text);
    const { records, unreadable } = await journal.list();
    deepEqual(records, [record]);
    const names = ["cut.json", "empty.json", "less.json", "never.json", "null.json"];
    deepEqual(unreadable.toSorted(), names);
  }));

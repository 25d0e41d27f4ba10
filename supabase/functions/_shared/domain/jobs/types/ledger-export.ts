/**
 * Writes a user's ledger as one CSV file of any size, one chunk in each step. The file begins with the newest
 * entry, so entries that are written during the export do not shift the later chunks.
 */
import { z } from "@hono/zod-openapi";
import { Timestamp } from "../../../contracts/time-fields.ts";
import { EntryKind } from "../../../contracts/credits.ts";
import { entriesToCsv, type EntryRow } from "../../entries-csv.ts";
import { defineJobType, type Job, type JobTools } from "../job-type.ts";

const Input = z.strictObject({
  kind: EntryKind.optional(),
  from: Timestamp.optional(),
  to: Timestamp.optional(),
}).openapi("LedgerExportInput");

type Input = z.output<typeof Input>;

/** The state after a chunk was written: the start of the next chunk, and the totals so far. */
interface Chunk {
  readonly next: string | null;
  /**
   * The sequence number of the newest entry in the file. The progress is computed from this number.
   */
  readonly newest: number;
  readonly rows: number;
  readonly bytes: number;
  /** The number of entries to read for the next chunk. */
  readonly limit: number;
}

// An entry has about 350 bytes, so 500 entries fit into a page, which is the text that one step
// adds to the file. If entries have much metadata, fewer are read.
const MAX_ROWS = 500;
const MAX_PAGE_BYTES = 256 * 1024;

const encoder = new TextEncoder();
const bytesOf = (text: string) => encoder.encode(text).length;

/** Returns the first entries whose lines fit into a page. Returns at least one entry. */
function fitting(entries: EntryRow[], isFirst: boolean): { rows: EntryRow[]; text: string } {
  let rows = entries;
  let text = entriesToCsv(rows, isFirst);
  while (rows.length > 1 && bytesOf(text) > MAX_PAGE_BYTES) {
    rows = rows.slice(0, Math.ceil(rows.length / 2));
    text = entriesToCsv(rows, isFirst);
  }
  return { rows, text };
}

/**
 * Returns the progress in percent. Entry numbers go down to 1, so the number of the oldest written entry
 * shows how much is left.
 */
function progressOf(newest: number, oldest: number): number {
  return newest === 0 ? 99 : Math.floor(100 * (newest - oldest + 1) / newest);
}

async function writeChunk(job: Job, input: Input, { database }: JobTools, before: Chunk) {
  const { entries, next_before } = await database.rpc("credits_entries", {
    p_user_id: job.userId,
    p_kind: input.kind,
    p_from: input.from,
    p_to: input.to,
    p_with_names: false, // The file belongs to the user, who sees no names of operators and keys.
    p_before_seq: before.next ?? undefined,
    p_limit: before.limit,
  });
  const { rows, text } = fitting(entries, before.next === null);
  const newest = before.newest || (rows[0]?.seq ?? 0);
  const oldest = rows.at(-1)?.seq ?? newest;
  const output: Chunk = {
    next: rows.length < entries.length ? String(oldest) : next_before,
    newest,
    rows: before.rows + rows.length,
    bytes: before.bytes + bytesOf(text),
    limit: rows.length < entries.length ? rows.length : Math.min(before.limit * 2, MAX_ROWS),
  };
  return { output, page: text, progress: progressOf(newest, oldest) };
}

export const ledgerExport = defineJobType({
  type: "ledger_export",
  summary: "Writes the ledger of an account as a CSV file of any size",
  who: ["user", "secret"],
  input: Input,
  stepCpuMs: 12,
  estimate: () => Promise.resolve([]),
  run: async (job, input, tools) => {
    let chunk: Chunk = { next: null, newest: 0, rows: 0, bytes: 0, limit: MAX_ROWS };
    let nr = 0;
    do {
      const before: Chunk = chunk;
      nr += 1;
      chunk = await job.step(`chunk-${nr}`, () => writeChunk(job, input, tools, before));
    } while (chunk.next !== null);
    const file_url = `${tools.functionsUrl}/jobs/${job.id}/file`;
    return { format: "csv", rows: chunk.rows, bytes: chunk.bytes, file_url };
  },
});

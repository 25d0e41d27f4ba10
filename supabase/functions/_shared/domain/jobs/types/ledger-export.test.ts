import assert from "node:assert/strict";
import type { Database } from "../../../adapters/database/database.ts";
import type { ArgsOf, ResultOf } from "../../../contracts/database/functions.ts";
import { entriesToCsv } from "../../entries-csv.ts";
import { makeJobWorld } from "#support/fakes/job-world.ts";
import { SAMPLES } from "#support/samples/database.ts";
import { ledgerExport } from "./ledger-export.ts";

type Entries = ResultOf<"credits_entries">["entries"];

/** Stubs a ledger of `count` entries, with pages as SQL returns them. */
function ledgerOf(count: number, metadata: object = {}) {
  const [sample] = SAMPLES.credits_entries({} as never).entries;
  const entries: Entries = Array.from(
    { length: count },
    (_, index) => ({ ...sample!, seq: count - index, metadata: { ...metadata, index } }),
  );
  const rpc = (_name: string, args: ArgsOf<"credits_entries">) => {
    const before = Number(args.p_before_seq ?? Infinity);
    const rest = entries.filter(({ seq }) => seq < before);
    const page = rest.slice(0, args.p_limit);
    const next_before = rest.length > page.length ? String(page.at(-1)!.seq) : null;
    return Promise.resolve({ entries: page, next_before });
  };
  return { entries, database: { rpc: rpc as unknown as Database["rpc"] } };
}

Deno.test("ledger_export writes in chunks the same CSV that the entries route streams", async () => {
  const { entries, database } = ledgerOf(1_234);
  const { jobs, run } = makeJobWorld({ database });
  const row = jobs.add("ledger_export");
  assert.equal((await run([ledgerExport])).completed, 1);
  const whole = entriesToCsv(entries, true);
  assert.equal(row.pages.join(""), whole);
  assert.equal(row.pages.length, 3);
  assert.deepEqual(row.result, {
    format: "csv",
    rows: 1_234,
    bytes: new TextEncoder().encode(whole).length,
    file_url: `https://project.example.com/functions/v1/jobs/${row.job_id}/file`,
  });
});

Deno.test("ledger_export of an empty ledger writes only the header", async () => {
  const { jobs, run } = makeJobWorld(ledgerOf(0));
  const row = jobs.add("ledger_export");
  await run([ledgerExport]);
  assert.deepEqual(row.pages, [entriesToCsv([], true)]);
  assert.equal(row.progress, 99);
  assert.equal((row.result as { rows: number }).rows, 0);
});

Deno.test("ledger_export cuts a chunk of long entries so that its page stays below 256 KiB", async () => {
  const { entries, database } = ledgerOf(300, { note: 'é"'.repeat(1_300) });
  const { jobs, run } = makeJobWorld({ database });
  const row = jobs.add("ledger_export");
  await run([ledgerExport]);
  assert.equal(row.pages.join(""), entriesToCsv(entries, true));
  const sizes = row.pages.map((page) => new TextEncoder().encode(page).length);
  assert(sizes.every((size) => size <= 256 * 1024), String(sizes));
});

Deno.test("ledger_export continues after its last chunk, without entries written since", async () => {
  const { entries, database } = ledgerOf(1_250);
  const { jobs, run } = makeJobWorld({ database });
  const row = jobs.add("ledger_export");
  const whole = entriesToCsv(entries, true);
  assert.equal((await run([ledgerExport], { cpuMs: 20 })).released, 1);
  assert.equal(
    row.progress,
    Math.floor(100 * (1_250 - entries[row.pages.length * 500]!.seq) / 1_250),
  );
  entries.unshift({ ...entries[0]!, seq: 1_251 });
  assert.equal((await run([ledgerExport])).completed, 1);
  assert.equal(row.pages.join(""), whole);
});

Deno.test("ledger_export reads the selected entries of the job's own user", async () => {
  const { jobs, run } = makeJobWorld(ledgerOf(1));
  const row = jobs.add("ledger_export", { kind: "usage", from: "2026-01-01T00:00:00Z" });
  await run([ledgerExport]);
  const [args] = jobs.callsOf("credits_entries" as never);
  assert.deepEqual([args?.p_kind, args?.p_from, args?.p_to], [
    "usage",
    "2026-01-01T00:00:00Z",
    undefined,
  ]);
  assert.equal(row.status, "completed");
});

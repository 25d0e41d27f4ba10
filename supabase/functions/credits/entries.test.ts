import assert from "node:assert/strict";
import type { Database } from "../_shared/adapters/database/database.ts";
import { ApiError } from "../_shared/core/errors.ts";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";
import { SAMPLES } from "#support/samples/database.ts";

type Args = Parameters<Database["rpc"]>[1];

const [ENTRY] = SAMPLES.credits_entries({} as never).entries;

function entryAt(seq: number, changes: Partial<NonNullable<typeof ENTRY>> = {}) {
  return { ...ENTRY!, seq, ...changes };
}

const ACCEPTS: readonly [string, boolean][] = [
  ["text/csv", true],
  ["Text/CSV; charset=utf-8", true],
  ["text/csv, application/json;q=0.9", true],
  ["text/html, text/csv;q=0.5, */*;q=0.1", true],
  ["application/json, text/csv;q=0.1", false],
  ["text/csv;q=0.1, application/json", false],
  ["text/csv;q=0", false],
  ["application/x-text/csv", false],
  ["text/csv-schema", false],
  ["*/*", false],
  ["", false],
];

for (const [accept, isCsv] of ACCEPTS) {
  Deno.test(`Accept: ${accept} is answered with ${isCsv ? "CSV" : "JSON"}`, async () => {
    const headers = { accept };
    const answer = await send(await makeFake(), "GET", "/credits/entries", { as: "user", headers });
    await answer.body?.cancel();
    assert.equal(answer.headers.get("content-type")?.startsWith("text/csv"), isCsv);
  });
}

const HEADER =
  "id,seq,kind,amount,balance_after,lot_id,reference_type,reference_id,correlation_id,metadata,created_at," +
  "author";

Deno.test("CSV holds every page once, under one header", async () => {
  const pages = [
    { entries: [entryAt(5), entryAt(4)], next_before: "4" },
    { entries: [entryAt(3), entryAt(2)], next_before: "2" },
    { entries: [entryAt(1)], next_before: null },
  ];
  let asked = 0;
  const fake = await makeFake({ answers: { credits_entries: () => pages[asked++]! } });
  const answer = await send(fake, "GET", "/credits/entries?format=csv", { as: "user" });
  assert.equal(answer.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.match(answer.headers.get("content-disposition") ?? "", /attachment/);
  const lines = (await answer.text()).split("\r\n");
  assert.equal(lines[0], HEADER);
  assert.deepEqual(lines.slice(1, -1).map((line) => line.split(",")[1]), ["5", "4", "3", "2", "1"]);
  assert.deepEqual(
    fake.calls.map(({ args }) => (args as Args & { p_before_seq?: string }).p_before_seq),
    [undefined, "4", "2"],
  );
});

Deno.test("CSV is requested by Accept or by format, and format takes precedence", async () => {
  const headers = { accept: "text/csv" };
  const csv = await send(await makeFake(), "GET", "/credits/entries", { as: "user", headers });
  assert((await csv.text()).startsWith(HEADER));
  const path = "/credits/entries?format=json";
  const json = await send(await makeFake(), "GET", path, { as: "user", headers });
  assert.equal((await json.json()).success, true);
});

/**
 * Parses CSV by RFC 4180. As in spreadsheets and most libraries, a lone CR or LF outside quotes
 * ends a record too.
 */
function readCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\r|\n|$)/y;
  const records: string[][] = [];
  let record: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const [, quoted, bare, end] = field.exec(text) ?? assert.fail(`no CSV at ${at}: ${text}`);
    record.push(quoted?.replaceAll('""', '"') ?? bare ?? "");
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

async function csvOf(reference_id: string): Promise<string> {
  const entries = [entryAt(1, { reference_id })];
  const fake = await makeFake({
    answers: { credits_entries: () => ({ entries, next_before: null }) },
  });
  const answer = await send(fake, "GET", "/credits/entries?format=csv", { as: "user" });
  return await answer.text();
}

async function readBack(reference_id: string): Promise<string | undefined> {
  const records = readCsv(await csvOf(reference_id));
  const [header, record] = records;
  assert.equal(records.length, 2, JSON.stringify(records));
  assert.equal(record!.length, header!.length);
  return record![header!.indexOf("reference_id")];
}

const PLAIN = [
  "a\nb",
  "a\rb",
  "a\r\nb",
  "a\n\n",
  'a\n"b",c',
  "a\tb",
  "  a",
  "\na",
  "a=1",
  "1+1",
  "é,\u2028",
];

Deno.test("CSV keeps line breaks and quotes inside their field", async () => {
  for (const text of PLAIN) assert.equal(await readBack(text), text, JSON.stringify(text));
});

Deno.test("CSV quotes a lone CR and a lone LF", async () => {
  for (const text of ["inv-1\n2", "inv-1\r2"]) {
    assert((await csvOf(text)).includes(`,"${text}",`), JSON.stringify(text));
  }
});

const SIGNS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"];
const UNSEEN = [
  "",
  " ",
  "   ",
  "\t",
  "\r",
  "\n",
  "\r\n",
  " \t ",
  "\u00a0",
  "\u0001",
  "\u200b",
  "\ufeff",
];

Deno.test("CSV disarms a formula after invisible characters", async () => {
  for (const unseen of UNSEEN) {
    for (const sign of SIGNS) {
      const text = `${unseen}${sign}1`;
      // A spreadsheet that separates cells by semicolons ignores our quotes. So a tab or a line
      // break begins a new cell, and a sign after such a character gets an apostrophe, too.
      const again = /[\t\r\n]/.test(unseen) ? "'" : "";
      const safe = `'${unseen}${again}${sign}1`;
      assert.equal(await readBack(text), safe, JSON.stringify(text));
    }
  }
  for (const text of ["\ta", "\ra"]) assert.equal(await readBack(text), `'${text}`);
});

Deno.test("CSV keeps amounts with sign and all decimals, and disarms formulas", async () => {
  const amount = "-0.000000000000000001";
  const entries = [entryAt(1, {
    amount,
    reference_id: "=cmd|' /C calc'!A0",
    correlation_id: '-2+3,"quoted"',
    metadata: { reason: "@sum" },
  })];
  const fake = await makeFake({
    answers: { credits_entries: () => ({ entries, next_before: null }) },
  });
  const answer = await send(fake, "GET", "/credits/entries?format=csv", { as: "user" });
  const line = (await answer.text()).split("\r\n")[1]!;
  assert(line.includes(`,${amount},`), line);
  assert(line.includes(",'=cmd|' /C calc'!A0,"), line);
  assert(line.includes(`,"'-2+3,""quoted""",`), line);
  assert(line.includes('"{""reason"":""@sum""}"'), line);
});

Deno.test("CSV of an empty account has only the header", async () => {
  const answers = { credits_entries: () => ({ entries: [], next_before: null }) };
  const answer = await send(await makeFake({ answers }), "GET", "/credits/entries?format=csv", {
    as: "user",
  });
  assert.equal(await answer.text(), `${HEADER}\r\n`);
});

Deno.test("an error before the first line of CSV gets an error status", async () => {
  const answers = { credits_entries: () => Promise.reject(new ApiError("not_found")) };
  const answer = await send(await makeFake({ answers }), "GET", "/credits/entries?format=csv", {
    as: "user",
  });
  assert.equal(answer.status, 404);
});

Deno.test("CSV breaks off with an error when a later page fails", async () => {
  let asked = 0;
  const answers = {
    credits_entries: () => {
      if (asked++ > 0) return Promise.reject(new ApiError("upstream_unavailable"));
      return { entries: [entryAt(2)], next_before: "2" };
    },
  };
  const answer = await send(await makeFake({ answers }), "GET", "/credits/entries?format=csv", {
    as: "user",
  });
  await assert.rejects(answer.text());
});

/** Tests, cell by cell, that each report's CSV has the figures of its JSON and has no formula. */
import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { toCsv } from "../_shared/core/csv.ts";
import openapi from "../_shared/generated/openapi.json" with { type: "json" };
import { REPORT_CASES } from "#support/cases/reports.ts";
import { send } from "#support/cases/routes.ts";
import { makeFake } from "#support/fakes/services.ts";
import { REPORT_SAMPLES } from "#support/samples/reports.ts";

type Row = Readonly<Record<string, unknown>>;

/** Texts that a customer, a model's provider or a user of Stripe's dashboard could choose. */
const HOSTILE = [
  "=1+1",
  '=HYPERLINK("https://evil.example","pay")',
  "+1",
  "-1+1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\u200b=1",
  "\uff1d1+1",
  "a,b",
  'say "hi"',
  "two\r\nlines",
  "Ünïcode",
];

/**
 * Matches a text that a spreadsheet may run as a formula. If an apostrophe stands before the text,
 * a spreadsheet only shows the text.
 */
const DANGEROUS = /^[\t\r]|^[\s\p{C}]*[=+\-@＝＋－＠]/u;

const LONGEST = "-12345678901234567890.123456789012345678";

/** The columns whose digits are a text and not a number: a shop chooses its own account codes. */
const TEXTS = ["account_code"];

const isDecimal = (value: unknown) => typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value);

/**
 * Returns the row with long figures in place of its figures, and with hostile texts in place of its
 * texts. `nr` chooses the first hostile text.
 */
function planted(row: Row, nr: number): Row {
  return Object.fromEntries(
    Object.entries(row).map(([key, value], at) => {
      if (typeof value === "number") return [key, -Number.MAX_SAFE_INTEGER + nr];
      if (isDecimal(value) && !TEXTS.includes(key)) return [key, LONGEST];
      return [key, typeof value === "string" ? HOSTILE[(nr + at) % HOSTILE.length] : value];
    }),
  );
}

/**
 * Returns the expected CSV cell of a value, which a spreadsheet must not run as a formula. Does not
 * use the code under test.
 */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string" || value === LONGEST) return String(value);
  const later = value.replace(/^([\t\r])=/, "$1'=");
  return DANGEROUS.test(value) ? `'${later}` : value;
}

const reports = Object.entries(openapi.paths).filter(([path]) => path.startsWith("/reports/"));

Deno.test("every report of the API is also CSV", () => {
  const paths = REPORT_CASES.map(({ path }) => path.replace("po_1", "{id}"));
  assert.deepEqual(reports.map(([path]) => path).sort(), paths.sort());
});

Deno.test("a text in a column of numbers is no formula either", () => {
  const columns = [{ key: "sum", isNumber: true }];
  const rows = ["-1.5", "-1+1", "=1", "12"].map((sum) => ({ sum }));
  assert.equal(toCsv(rows, columns, false), "-1.5\r\n'-1+1\r\n'=1\r\n12\r\n");
});

const SPLIT_BY_OTHERS = [
  "ok;=1+1",
  'ok;"=1+1',
  "ok; \u200b@SUM(A1)",
  "ok\t+1",
  "two\n-1+1",
  "two\r\n=1",
  ";;=1",
];

Deno.test("a text is no formula where a semicolon or tab separates cells", () => {
  const columns = [{ key: "first" }, { key: "text" }];
  const rows = SPLIT_BY_OTHERS.map((text) => ({ first: "row", text }));
  for (const delimiter of [";", "\t"]) {
    const cells: string[][] = parse(toCsv(rows, columns, false), {
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_quotes: true,
      relax_column_count: true,
    });
    assert.deepEqual(cells.flat().filter((cell) => DANGEROUS.test(cell)), []);
  }
});

Deno.test("a text with a semicolon or a hyphen is written as it is", () => {
  const rows = [{ text: "a; b" }, { text: "gpt-4o" }, { text: "1; 2-3" }];
  assert.equal(toCsv(rows, [{ key: "text" }], false), "a; b\r\ngpt-4o\r\n1; 2-3\r\n");
});

for (const { path, reaches } of REPORT_CASES) {
  Deno.test(`${path} as CSV has every cell of its JSON, and no formula`, async () => {
    const name = reaches[0] as keyof typeof REPORT_SAMPLES;
    const sample = REPORT_SAMPLES[name]({} as never);
    const [first] = sample.rows as readonly Row[];
    assert.ok(first, "the sample has a row");
    const pages = [0, 1].map((page) => HOSTILE.map((_, nr) => planted(first, page * 7 + nr)));
    const totals = (sample.totals as readonly Row[]).map((total) => planted(total, 3));
    const fake = await makeFake({
      answers: {
        [name]: ({ p_after }: { p_after?: string }) => ({
          ...sample,
          rows: pages[p_after === undefined ? 0 : 1],
          totals,
          next_cursor: p_after === undefined ? "page 2" : null,
        }),
      },
    });

    const json = await Promise.all(
      ["", "?cursor=2"].map(async (query) =>
        (await (await send(fake, "GET", path + query, { as: "operator" })).json()).data
      ),
    );
    const rows: Row[] = json.flatMap(({ rows }) => rows);
    assert.equal(rows.length, 2 * HOSTILE.length);
    const answer = await send(fake, "GET", `${path}?format=csv`, { as: "operator" });
    const [header, ...lines]: string[][] = parse(await answer.text(), { record_delimiter: "\r\n" });

    const keys = Object.keys(first);
    // Bookkeepers' programs expect a column with the name `date`, so the column of the key `day`
    // has this title.
    const columns = header!.slice(1).map((title) => title.split(" ")[0]!)
      .map((title) => title === "date" ? "day" : title);
    assert.equal(header![0], "record");
    assert.deepEqual(columns.toSorted(), keys.toSorted(), "each field has a column");
    const lineOf = (record: string) => (row: Row) => [
      record,
      ...columns.map((key) => cellOf(row[key])),
    ];
    assert.deepEqual(lines, [
      ...rows.map(lineOf("row")),
      ...json[1].totals.map(lineOf("total")),
    ]);
  });
}

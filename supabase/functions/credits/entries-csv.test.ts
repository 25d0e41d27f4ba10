import assert from "node:assert/strict";
import type { Database } from "../_shared/database/database.ts";
import { ApiError } from "../_shared/http/errors.ts";
import { makeFake } from "../_shared/testing/fake-services.ts";
import { send } from "../_shared/testing/route-cases.ts";
import { SAMPLES } from "../_shared/testing/samples.ts";

type Args = Parameters<Database["rpc"]>[1];

const [ENTRY] = SAMPLES.credits_entries({} as never).entries;

function entryAt(seq: number, changes: Partial<NonNullable<typeof ENTRY>> = {}) {
  return { ...ENTRY!, seq, ...changes };
}

const HEADER =
  "id,seq,kind,amount,balance_after,lot_id,reference_type,reference_id,correlation_id,metadata,created_at";

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

Deno.test("CSV is asked for by Accept as well, and format goes before it", async () => {
  const headers = { accept: "text/csv" };
  const csv = await send(await makeFake(), "GET", "/credits/entries", { as: "user", headers });
  assert((await csv.text()).startsWith(HEADER));
  const path = "/credits/entries?format=json";
  const json = await send(await makeFake(), "GET", path, { as: "user", headers });
  assert.equal((await json.json()).success, true);
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

Deno.test("CSV of an empty account is its header", async () => {
  const answers = { credits_entries: () => ({ entries: [], next_before: null }) };
  const answer = await send(await makeFake({ answers }), "GET", "/credits/entries?format=csv", {
    as: "user",
  });
  assert.equal(await answer.text(), `${HEADER}\r\n`);
});

Deno.test("CSV answers an error as an error when it comes before the first line", async () => {
  const answers = { credits_entries: () => Promise.reject(new ApiError("not_found")) };
  const answer = await send(await makeFake({ answers }), "GET", "/credits/entries?format=csv", {
    as: "user",
  });
  assert.equal(answer.status, 404);
});

Deno.test("CSV breaks off when a later page fails: half a file never looks whole", async () => {
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

import assert from "node:assert/strict";
import { countRows, readLedgerLines } from "./ledger-lines.ts";

const csv = [
  "id,seq,kind,amount,balance_after,lot_id,reference_type,reference_id,correlation_id,metadata",
  'e,5,settle,-0.2,96.8,l2,chat,h,c,"{""a"":1,""b"":2}"',
  "d,4,settle,-1,97,l2,job,1:plan,c,{}",
  "c,3,settle,-2,98,l1,job,1:plan,c,{}",
  "b,2,bonus,50,100,l2,order,o,c,",
  "a,1,purchase,50,50,l1,order,o,c,",
].join("\r\n");

Deno.test("readLedgerLines adds up one charge's entries from several lots, oldest charge first", () => {
  const lines = readLedgerLines(csv).map(({ reference, credits }) => [reference, `${credits}`]);
  assert.deepEqual(lines, [["job:1:plan", "3"], ["chat:h", "0.2"]]);
});

Deno.test("countRows counts entries of every kind, not the header", () => {
  assert.equal(countRows(csv), 5);
});

Deno.test("readLedgerLines refuses a CSV without references", () => {
  assert.throws(() => readLedgerLines("kind,amount\nusage,-1"), /no column reference_type/);
});

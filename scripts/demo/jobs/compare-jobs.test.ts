import assert from "node:assert/strict";
import { Exact } from "../../rates/exact.ts";
import { compareJobs, type Evidence } from "./compare-jobs.ts";

const csvOf = (...rows: string[]) =>
  ["id,seq,kind,amount,reference_type,reference_id,metadata", ...rows].join("\n");
const rows = [
  "d,4,settle,-1,chat,h,{}",
  "c,3,settle,-0.2,job,1:report,{}",
  "b,2,settle,-0.1,job,1:plan,{}",
  "a,1,purchase,10,order,o,",
];
const priced = new Map([["m1", ["0.1", "0.2"]], ["m2", ["1"]]]);
const [research, chat] = [
  {
    name: "research",
    mark: "m1",
    reference: "job:1:",
    shown: new Exact("0.3"),
    ended: "completed",
    wanted: "completed",
  },
  {
    name: "chat",
    mark: "m2",
    reference: "chat:h",
    shown: new Exact(1),
    ended: "stop",
    wanted: "stop",
  },
];

const agreeing = (): Evidence => ({
  scenarios: [research!, chat!],
  ledgerCsv: csvOf(...rows),
  before: "10",
  after: "8.7",
  held: "0",
  rowsBefore: 1,
  priced: ({ mark }) => (priced.get(mark) ?? []).map((each) => new Exact(each)),
});

const differing = (more: Partial<Evidence>) =>
  compareJobs({ ...agreeing(), ...more }).filter(({ equal }) => !equal).map(({ name }) => name);

Deno.test("compareJobs finds every figure of an agreeing run equal, line by line", () => {
  const checks = compareJobs(agreeing());
  assert.deepEqual(checks.filter(({ equal }) => !equal), []);
  assert.deepEqual(checks.slice(0, 5).map(({ name }) => name), [
    "research",
    "  plan",
    "  report",
    "chat",
    "  the answer",
  ]);
});

for (
  const [what, more, found] of [
    ["the smallest difference in a price", {
      scenarios: [{ ...research, shown: new Exact("0.300000000000000001") }, chat],
    }, ["research"]],
    ["the smallest difference in the balance", { after: "8.699999999999999999" }, ["balance"]],
    ["credits that stay held", { held: "0.1" }, ["still held"]],
    ["a wrong end", { scenarios: [research, { ...chat, ended: "length" }] }, ["chat ended"]],
    ["two lines that cancel each other out", {
      ledgerCsv: csvOf(
        rows[0]!,
        "c,3,settle,-0.1,job,1:report,{}",
        "b,2,settle,-0.2,job,1:plan,{}",
        rows[3]!,
      ),
    }, ["  plan", "  report"]],
    ["a line that the ledger lacks", { ledgerCsv: csvOf(...rows.slice(1)) }, [
      "  missing",
      "all of the ledger",
      "rows exported",
    ]],
    ["a charge that belongs to no scenario", {
      ledgerCsv: csvOf("e,5,usage,-1,usage,other,{}", ...rows),
    }, ["usage:other", "all of the ledger", "rows exported"]],
  ] as [string, Partial<Evidence>, string[]][]
) {
  Deno.test(`compareJobs detects ${what}`, () => {
    assert.deepEqual(differing(more), found);
  });
}

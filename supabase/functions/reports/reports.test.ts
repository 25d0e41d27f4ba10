import assert from "node:assert/strict";
import { REPORT_SAMPLES } from "#support/samples/reports.ts";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";
import { USER_ID } from "#support/project.ts";

const AS = { as: "operator" } as const;
const sample = REPORT_SAMPLES.report_actors({} as never);
const [row] = sample.rows;

Deno.test("a report passes its days and its page to the database", async () => {
  const fake = await makeFake();
  const query = "from=2026-11-01&to=2026-11-21&limit=5&cursor=a&actor=key:default";
  const { data } = await (await send(fake, "GET", `/reports/actors?${query}`, AS)).json();
  assert.deepEqual(data, sample);
  assert.deepEqual(fake.calls[0]?.args, {
    p_from: "2026-11-01",
    p_to: "2026-11-21",
    p_after: "a",
    p_limit: 5,
    p_actor: "key:default",
  });
});

for (const query of ["from=2026-11", "from=2026-02-30", "to=today", "limit=1001", "format=pdf"]) {
  Deno.test(`a report by ${query} is refused`, async () => {
    const fake = await makeFake();
    assert.equal((await send(fake, "GET", `/reports/actors?${query}`, AS)).status, 400);
    assert.deepEqual(fake.names(), []);
  });
}

for (const field of ["from", "to"]) {
  Deno.test(`a report ${field} a day of the year 0 is refused, naming ${field}`, async () => {
    const fake = await makeFake();
    const answer = await send(fake, "GET", `/reports/kpis?${field}=0000-12-31`, AS);
    assert.equal((await answer.json()).error.field, field);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("a report as CSV has the rows of all pages and then the totals", async () => {
  const fake = await makeFake({
    answers: {
      report_actors: ({ p_after }) => ({
        ...sample,
        rows: [{ ...row!, author: p_after === undefined ? "key:=1+1" : "=1+1" }],
        next_cursor: p_after === undefined ? "page 2" : null,
      }),
    },
  });
  const answer = await send(fake, "GET", "/reports/actors?format=csv&limit=1", AS);
  assert.equal(answer.headers.get("content-disposition"), 'attachment; filename="actors.csv"');
  assert.deepEqual((await answer.text()).split("\r\n"), [
    "record,day (UTC),author_kind,author,kind,source,count,credits,amount (minor units),currency",
    "row,2026-11-21,key,key:=1+1,usage,entries,2,50.5,,",
    "row,2026-11-21,key,'=1+1,usage,entries,2,50.5,,",
    "total,,,,usage,entries,2,50.5,,",
    "",
  ]);
});

Deno.test("the report of usage passes its groups and its user", async () => {
  const fake = await makeFake();
  const query = `group_by=model,feature&user_id=${USER_ID}`;
  assert.equal((await send(fake, "GET", `/reports/usage?${query}`, AS)).status, 200);
  const { p_group_by, p_user_id, p_author } = fake.calls[0]!.args;
  assert.deepEqual([p_group_by, p_user_id], ["model,feature", USER_ID]);
  assert.match(String(p_author), /^operator:/);
});

for (const groups of ["price", "day,", "day,model,origin,feature,day"]) {
  Deno.test(`a report of usage by ${groups} is refused`, async () => {
    const fake = await makeFake();
    const answer = await send(fake, "GET", `/reports/usage?group_by=${groups}`, AS);
    assert.equal((await answer.json()).error.field, "group_by");
    assert.deepEqual(fake.names(), []);
  });
}

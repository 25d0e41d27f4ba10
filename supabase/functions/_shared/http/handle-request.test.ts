import assert from "node:assert/strict";
import { makeFake } from "../testing/fake-services.ts";
import { ROUTE_CASES, sendCase } from "../testing/route-cases.ts";

async function loggedField(field: string): Promise<unknown> {
  const fake = await makeFake();
  const route = ROUTE_CASES.find(({ path, body }) => path === "/usage" && body !== undefined)!;
  const answer = await sendCase(fake, route, { body: { ...route.body as object, [field]: 1 } });
  assert.equal((await answer.json()).error.field, field);
  return fake.lines.at(-1)?.record.field;
}

Deno.test("a refused field is logged by its name", async () => {
  assert.equal(await loggedField("user_idd"), "user_idd");
});

Deno.test("a refused field whose name is not one of ours in shape is not logged", async () => {
  for (const said of ["Jane Doe", "jane@doe.example", "Doe", "jane-doe"]) {
    assert.equal(await loggedField(said), undefined);
  }
});

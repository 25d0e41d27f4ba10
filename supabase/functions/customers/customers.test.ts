import assert from "node:assert/strict";
import { CUSTOMER_SAMPLES } from "#support/samples/customers.ts";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";
import { USER_ID } from "#support/project.ts";

const AS = { as: "operator" } as const;

Deno.test("a search passes its text and the operator to the database", async () => {
  const fake = await makeFake();
  const answer = await send(fake, "GET", "/customers?q=ann%40example.com", AS);
  const { data, metadata } = await answer.json();
  assert.deepEqual(data, CUSTOMER_SAMPLES.customers_search({} as never).customers);
  assert.equal(metadata.nextCursor, null);
  assert.equal(fake.calls[0]?.args.p_query, "ann@example.com");
  assert.match(String(fake.calls[0]?.args.p_author), /^operator:/);
});

for (const query of ["", "?q=", `?q=${"a".repeat(256)}`, "?q=a&email=b", "?q=a&limit=0"]) {
  Deno.test(`a search by ${query.slice(0, 20) || "nothing"} is refused`, async () => {
    const fake = await makeFake();
    assert.equal((await send(fake, "GET", `/customers${query}`, AS)).status, 400);
    assert.deepEqual(fake.names(), []);
  });
}

for (const id of ["0", "01", "x", "1".repeat(19), `${USER_ID}0`]) {
  Deno.test(`the customer ${id} is refused`, async () => {
    const fake = await makeFake();
    assert.equal((await send(fake, "GET", `/customers/${id}/reads`, AS)).status, 400);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("the reads of an account are listed by its number, page by page", async () => {
  const fake = await makeFake();
  assert.equal((await send(fake, "GET", "/customers/17/reads?limit=5&cursor=9", AS)).status, 200);
  const { p_customer_id, p_before, p_limit } = fake.calls[0]!.args as Record<string, unknown>;
  assert.deepEqual([p_customer_id, p_before, p_limit], ["17", "9", 5]);
});

Deno.test("a customer's page is read by a user's id in any spelling of capitals", async () => {
  const fake = await makeFake();
  const answer = await send(fake, "GET", `/customers/${USER_ID.toUpperCase()}`, AS);
  const { data } = await answer.json();
  assert.deepEqual(data, CUSTOMER_SAMPLES.customers_read({} as never));
  assert.equal(fake.calls[0]?.args.p_customer_id, USER_ID);
  assert.match(String(fake.calls[0]?.args.p_author), /^operator:/);
});

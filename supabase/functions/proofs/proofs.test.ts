import assert from "node:assert/strict";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";

Deno.test("an id that no run of the proof has is refused with what to send", async () => {
  const fake = await makeFake();
  const answer = await send(fake, "GET", "/proofs/last", { as: "operator" });
  const { error } = await answer.json();
  assert.deepEqual([answer.status, error.field], [400, "id"]);
  assert.equal(error.message, "Send the id of a run from GET /proofs.");
  assert.deepEqual(fake.names(), []);
});

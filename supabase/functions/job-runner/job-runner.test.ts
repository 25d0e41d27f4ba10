import assert from "node:assert/strict";
import { JOB_TYPES } from "../_shared/domain/jobs/types/registry.ts";
import { makeFake } from "#support/fakes/services.ts";
import { send } from "#support/cases/routes.ts";

Deno.test("the runner reports its results, and keeps its isolate alive during the run", async () => {
  const fake = await makeFake();
  const answer = await send(fake, "POST", "/job-runner", { as: "secret" });
  const { data } = await answer.json();
  assert.deepEqual(data, { claimed: 0, completed: 0, failed: 0, released: 0 });
  const [{ args }] = fake.calls as [typeof fake.calls[0]];
  assert.deepEqual(args.p_types, JOB_TYPES.map(({ type }) => type));
  assert(JOB_TYPES.length > 0);
  assert.equal(fake.background.length, 1);
});

import assert from "node:assert/strict";
import { ApiError } from "../_shared/core/errors.ts";
import { ALERT_ID } from "#support/samples/alerts.ts";
import { makeFake } from "#support/fakes/services.ts";
import { USER_ID } from "#support/project.ts";
import { send } from "#support/cases/routes.ts";

const AS = { as: "operator" } as const;

Deno.test("alerts are listed by state, from a cursor", async () => {
  const fake = await makeFake();
  const query = `state=acknowledged&limit=5&cursor=${ALERT_ID}`;
  const answer = await send(fake, "GET", `/alerts?${query}`, AS);
  const { data, metadata } = await answer.json();
  assert.deepEqual([data[0].id, metadata.nextCursor], [ALERT_ID, ALERT_ID]);
  assert.deepEqual(fake.calls[0]?.args, {
    p_state: "acknowledged",
    p_before: ALERT_ID,
    p_limit: 5,
  });
});

for (const query of ["state=pending", "state=", "cursor=1", "limit=0", "rule=x"]) {
  Deno.test(`a list of alerts by ${query} is refused`, async () => {
    const fake = await makeFake();
    assert.equal((await send(fake, "GET", `/alerts?${query}`, AS)).status, 400);
    assert.deepEqual(fake.names(), []);
  });
}

Deno.test("an alert is read by its id", async () => {
  const fake = await makeFake();
  const { data } = await (await send(fake, "GET", `/alerts/${ALERT_ID}`, AS)).json();
  assert.equal(data.id, ALERT_ID);
  assert.deepEqual(fake.calls[0]?.args, { p_incident_id: ALERT_ID });
});

Deno.test("an alert is acknowledged in the caller's name", async () => {
  const fake = await makeFake();
  const path = `/alerts/${ALERT_ID}/acknowledge`;
  const { data } = await (await send(fake, "POST", path, AS)).json();
  assert.deepEqual([data.state, data.acknowledged_by], ["acknowledged", `operator:${USER_ID}`]);
  await send(fake, "POST", path, { as: "secret" });
  assert.deepEqual(fake.calls[1]?.args, { p_incident_id: ALERT_ID, p_author: "key:default" });
});

Deno.test("an unknown alert is not found, and an id that is not a UUID is refused", async () => {
  const gone = () => Promise.reject(new ApiError("not_found", { field: "id" }));
  const fake = await makeFake({ answers: { alerts_acknowledge: gone, alerts_read: gone } });
  assert.equal((await send(fake, "GET", `/alerts/${ALERT_ID}`, AS)).status, 404);
  assert.equal((await send(fake, "GET", "/alerts/1", AS)).status, 400);
  const path = `/alerts/${ALERT_ID}/acknowledge`;
  assert.equal((await send(fake, "POST", path, AS)).status, 404);
  assert.equal((await send(fake, "POST", "/alerts/1/acknowledge", AS)).status, 400);
});

import assert from "node:assert/strict";
import { ApiError } from "./errors.ts";
import type { Report } from "../reports/report.ts";
import { makeFake } from "../testing/fake-services.ts";
import { createApp } from "../../usage/app.ts";
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

Deno.test("a method is logged where it is one, and nothing else that stands in its place", async () => {
  const logged = async (method: string) => {
    const fake = await makeFake();
    const answer = await createApp(fake.source).request("/usage", { method });
    assert.equal(answer.status, 404);
    return fake.lines.at(-1)?.record.method;
  };
  for (const method of ["PUT", "PROPFIND"]) assert.equal(await logged(method), method);
  for (const method of ["A".repeat(20_000), "jane.doe", "sk_live_51NhXyzXyz"]) {
    assert.equal(await logged(method), "other");
  }
});

Deno.test("a failure of ours is reported once, and a refusal is not", async () => {
  const reported: [string, string | null][] = [];
  const report: Report = ({ code }, { title }) => void reported.push([code, title]);
  const route = ROUTE_CASES.find(({ path, body }) => path === "/usage" && body !== undefined)!;
  const statusOf = async (error?: unknown) => {
    const answers = { usage_charge: () => Promise.reject(error) };
    const fake = await makeFake({ overrides: { report }, ...(error !== undefined && { answers }) });
    const changes = error === undefined ? { body: {} } : {};
    return (await sendCase(fake, route, changes)).status;
  };
  assert.equal(await statusOf(), 400);
  assert.equal(await statusOf(new ApiError("insufficient_credits")), 402);
  assert.deepEqual(reported, []);
  assert.equal(await statusOf(new Error("no")), 500);
  assert.equal(await statusOf(new ApiError("upstream_unavailable")), 503);
  assert.equal(await statusOf(new ApiError("invalid_request", { isOurBug: true })), 400);
  assert.deepEqual(reported, [
    ["internal", "POST /usage"],
    ["upstream_unavailable", "POST /usage"],
    ["invalid_request", "POST /usage"],
  ]);
});

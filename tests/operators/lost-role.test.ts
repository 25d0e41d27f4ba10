/** Operators who have lost the role, but whose tokens still contain the role. */
import { equal } from "node:assert/strict";
import { ROUTE_CASES } from "../support/functions/cases/routes.ts";
import { proven, withSql } from "../support/project/database.ts";
import { get, post, refused, remove } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

// A backfill only fetches events that Stripe has made, so a token with the role is enough for a
// backfill.
const BY_TOKEN = "/webhook-events/backfill";
const CHANGES = ROUTE_CASES.filter(({ method, allowed, path }) =>
  method !== "GET" && allowed.includes("operator") && !allowed.includes("user") && path !== BY_TOKEN
);

Deno.test("a change by an operator who lost the role is refused, and reads follow the token", async () => {
  const [operator, ann] = [await signUpOperator(world), await signUp(world)];
  await withSql(world, (sql) =>
    sql`
    update auth.users set raw_app_meta_data = raw_app_meta_data - 'role'
    where id = ${operator.id}`);
  for (const { method, path, body = {} } of CHANGES) {
    const own = path.startsWith("/settings/") ? { ...body, version: "0" } : body;
    const answer = method === "DELETE"
      ? await remove(world, path.slice(1), operator.as)
      : await post(world, path.slice(1), operator.as, own);
    equal(answer.status, 403, `${method} ${path}: ${answer.text}`);
    refused(answer, 403, "forbidden");
  }
  equal((await get(world, `customers/${ann.id}`, operator.as)).status, 200);
  await proven(world);
});

/** Invalid paths and queries: invalid ids, repeated and unknown parameters, and invalid cursors. */
import { equal, ok } from "node:assert/strict";
import { backEnd, get, post, refused } from "../support/project/http.ts";
import { signUpWith } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const IDS = [
  "x",
  "1",
  "%00",
  "%27%20or%201%3D1--",
  "00000000-0000-4000-8000-00000000000g",
  "00000000-0000-4000-8000-000000000000%20",
  "x".repeat(5000),
  "%E0%A4%A",
  "%ff",
];

Deno.test("an invalid id is refused in every path", async () => {
  const { as } = await signUpWith(world, "1");
  const service = backEnd(world);
  for (const id of IDS) {
    const answers = [
      await get(world, `checkout/orders/${id}`, as),
      await get(world, `credits/holds/${id}`, service),
      await post(world, `credits/holds/${id}/settle`, service, { amount: "1" }),
      await post(world, `credits/holds/${id}/release`, service, {}),
    ];
    for (const answer of answers) {
      ok([400, 404].includes(answer.status), `${answer.url}: ${answer.status} ${answer.text}`);
    }
  }
});

const QUERIES: [string, string][] = [
  ["limit=0", "limit"],
  ["limit=101", "limit"],
  ["limit=1e1", "limit"],
  ["limit=", "limit"],
  ["limit=1&limit=2", "limit"],
  ["cursor=x", "cursor"],
  ["cursor=-1", "cursor"],
  ["cursor=99999999999999999999", "cursor"],
  ["cursor=1%20or%201=1", "cursor"],
  ["kind=none", "kind"],
  ["kind=%00", "kind"],
  ["from=yesterday", "from"],
  ["to=2026-99-99T00:00:00Z", "to"],
  ["format=xml", "format"],
  ["unknown=1", "unknown"],
  ["__proto__=1", "__proto__"],
];

Deno.test("an invalid query parameter is refused by its name", async () => {
  const { as } = await signUpWith(world, "1");
  for (const [query, field] of QUERIES) {
    refused(await get(world, `credits/entries?${query}`, as), 400, "invalid_request", field);
  }
  refused(await get(world, "credits?at=now", as), 400, "invalid_request", "at");
  refused(await get(world, "credits?at=", as), 400, "invalid_request", "at");
  refused(await get(world, "usage/rates?x=1", {}), 400, "invalid_request", "x");
  refused(await get(world, "checkout/orders?cursor=x", as), 400, "invalid_request", "cursor");
  equal((await get(world, "credits/entries?cursor=9223372036854775807", as)).status, 200);
  const edges = "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z";
  equal((await get(world, `credits/entries?${edges}`, as)).status, 200);
});

/** The counters of the canary's gates, with and without the data API. */
import { ok, rejects } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { readCounters } from "../../scripts/golive/canary/counters.ts";
import { readProject } from "../../scripts/golive/command/project.ts";
import { signUp } from "../support/project/people.ts";
import { get } from "../support/project/http.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

Deno.test("the counters are the same from the data API and from the database", async () => {
  const project = readProject(undefined);
  const { as } = await signUp(world);
  await get(world, "credits", as);
  const unexposed = { ...project, url: "http://127.0.0.1:9" };
  // A process may report its counts between the two reads, so both reads are repeated until they
  // return the same counts.
  const counted = await until("both read the same counts", async () => {
    const [api, sql] = [await readCounters(project), await readCounters(unexposed)];
    return "GET /credits" in api.routes && isDeepStrictEqual(api, sql) ? api : undefined;
  });
  ok(counted.requests > 0);
  await rejects(readCounters({ ...unexposed, databaseUrl: undefined }), /can't read the metrics/);
});

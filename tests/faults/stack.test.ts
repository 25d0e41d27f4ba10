/** The local stack itself outlives its database: REST, Auth and functions come back with it. */
import { equal } from "node:assert/strict";
import { backEnd, get, send } from "../support/project/http.ts";
import { databaseIsBack, killDatabase } from "../support/processes/killing.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const ROUNDS = 3;
const READERS = 20;
const PATIENCE_MS = 2_000;

Deno.test({
  name: "stack outlives a database killed under reads and calls",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const person = await signUp(world);
    // A read that was under way when all ended may never be answered: its caller gives up.
    const rest = (timeoutMs = PATIENCE_MS) =>
      send(`${world.url}/rest/v1/credit_entries`, {
        headers: { ...person.as, "accept-profile": "farthing_public" },
        signal: AbortSignal.timeout(timeoutMs),
      });
    // The back end's reads: a person's are limited.
    const credits = () => get(world, `credits?user_id=${person.id}`, backEnd(world));
    for (let round = 0; round < ROUNDS; round++) {
      let isOver = false;
      const readers = Array.from({ length: READERS }, async (_, index) => {
        while (!isOver) {
          if (index % 2 === 0) await rest().catch(() => {});
          else await credits();
        }
      });
      await killDatabase(world);
      await databaseIsBack(world);
      await until("REST answers again", async () => {
        const answer = await rest().catch(() => undefined); // as above: its caller gives up
        return answer?.status === 200 || undefined;
      });
      isOver = true;
      await Promise.all(readers);
    }
    equal((await rest(60_000)).status, 200);
    equal((await credits()).status, 200);
    await signUp(world);
  },
});

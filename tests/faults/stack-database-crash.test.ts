/** The local stack survives a crash of its database: afterwards REST, Auth and the functions work again. */
import { equal } from "node:assert/strict";
import { backEnd, get, send } from "../support/project/http.ts";
import { databaseIsBack, killDatabase } from "../support/processes/killing.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const ROUNDS = 3;
const READERS = 20;
const DEADLINE_MS = 2_000;
/**
 * The timeout of the read that checks whether REST answers again. It is long, because the test
 * sends many other requests at the same time.
 */
const ANSWERS_MS = 15_000;

Deno.test({
  name: "the stack survives a database that is killed during reads and calls",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const person = await signUp(world);
    // REST may never answer a read during which the database crashes, so each read has a timeout.
    const rest = (timeoutMs = DEADLINE_MS) =>
      send(`${world.url}/rest/v1/credit_entries`, {
        headers: { ...person.as, "accept-profile": "farthing_public" },
        signal: AbortSignal.timeout(timeoutMs),
      });
    // Reads the balance with the back end's key, because the user's rate limit would refuse so many
    // reads.
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
        // REST may never answer this read.
        const answer = await rest(ANSWERS_MS).catch(() => undefined);
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

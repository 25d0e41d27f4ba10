/**
 * Every command of the runbooks for a hosted project runs as printed, in the printed order. Only a
 * full run of the tests always includes this file. Any other run skips it if no file in
 * LAUNCH_RUNBOOKS_MADE_OF (scripts/test/suites/http.ts) has changed since the run's base commit.
 */
import { ok } from "node:assert/strict";
import { hasNpx } from "../../../scripts/supabase/cli.ts";
import { proven } from "../../support/project/database.ts";
import { readWorld } from "../../support/project/world.ts";
import { follow } from "../follow.ts";
import { FAILOVER_PAGE, LAUNCH_SCENES } from "./scenes.ts";
import { withPlace } from "../place.ts";

const world = readWorld();
/** The runbooks run the Supabase CLI through npx. Without npx, the tests are skipped. */
const isOnNpm = await hasNpx();

const hasRedis = world.redisUrl !== undefined;

for (const [page, scene] of Object.entries(LAUNCH_SCENES)) {
  Deno.test({
    name: `the commands of the runbook ${page} run as printed`,
    ignore: !isOnNpm || (page === FAILOVER_PAGE && !hasRedis),
    fn: async () => {
      ok(await withPlace(world, (place) => follow(world, place, page, scene)) > 0);
      await proven(world);
    },
  });
}

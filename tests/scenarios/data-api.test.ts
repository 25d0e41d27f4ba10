/** The same functions on the other way to the database: through the data API instead of the pool. */
import { withDeployment } from "../support/processes/deployment.ts";
import { readWorld } from "../support/project/world.ts";
import { checkoutStates } from "./checkout-states.ts";
import { credits } from "./credits.ts";
import { exactness } from "./exactness.ts";
import { holds } from "./holds.ts";
import { mainJob } from "./main-job.ts";

Deno.test("scenarios play the same through the data API", async (t) => {
  await withDeployment(readWorld(), {}, async (world) => {
    for (const { name, run } of [mainJob, ...checkoutStates, ...holds, ...credits, ...exactness]) {
      await t.step(name, () => run(world));
    }
  });
});

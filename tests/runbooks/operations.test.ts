/**
 * Every command of the runbooks of operations runs on the stack, as printed and in the printed
 * order.
 */
import { ok } from "node:assert/strict";
import { proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { follow } from "./follow.ts";
import { OPERATION_SCENES } from "./operation-scenes.ts";
import { withPlace } from "./place.ts";

const world = readWorld();

for (const [page, scene] of Object.entries(OPERATION_SCENES)) {
  Deno.test(`the commands of the runbook ${page} run as printed`, async () => {
    ok(await withPlace(world, (place) => follow(world, place, page, scene)) > 0);
    await proven(world);
  });
}

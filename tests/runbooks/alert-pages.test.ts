/**
 * Every command of the runbooks of alerts runs on the stack, as printed and in the printed order.
 */
import { ok } from "node:assert/strict";
import { proven } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";
import { ALERT_SCENES } from "./alert-scenes.ts";
import { follow } from "./follow.ts";
import { withPlace } from "./place.ts";
import { runbooks } from "./printed-commands.ts";

const world = readWorld();

for (const page of runbooks().filter((each) => !each.includes("/"))) {
  Deno.test(`the commands of the runbook ${page} run as printed`, async () => {
    const ran = await withPlace(world, (place) => follow(world, place, page, ALERT_SCENES[page]));
    ok(ran > 0, "the page has a command");
    await proven(world);
  });
}

/**
 * Reads and switches the flag b2c, which controls sales and which a canary changes. Each test
 * switches sales on again.
 */
import { equal } from "node:assert/strict";
import { withCleanup } from "@farthing/command-line";
import { FlagSettings } from "../../supabase/functions/_shared/contracts/settings/flags.ts";
import { openCheckout } from "../support/money/purchases.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";

/** Returns the state of b2c: `on`, `off` or `percentage`. */
export async function salesOf(world: World): Promise<string | undefined> {
  const read = data(await get(world, "settings/flags", backEnd(world)), 200, FlagSettings);
  return read.flags.find(({ name }) => name === "b2c")?.state;
}

export async function switchSales(world: World, state: "on" | "off"): Promise<void> {
  equal((await post(world, "features/b2c", backEnd(world), { state })).status, 200);
}

async function sellAgain(world: World): Promise<void> {
  await switchSales(world, "on");
  const buyer = await signUp(world);
  await until("every process sells again", async () => {
    await openCheckout(world, buyer);
    return true;
  });
}

/** Runs `use`, and afterwards switches sales on again, in case a launch has switched them off. */
export const withSales = (world: World, use: () => Promise<void>): Promise<void> =>
  withCleanup(() => sellAgain(world), use);

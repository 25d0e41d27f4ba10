/** Runs a command, and plants a failure at the moment when one of its steps begins. */
import { equal } from "node:assert/strict";
import { isGenuine, type SignedReport } from "../../scripts/golive/core/sign.ts";
import { control } from "../support/money/stripe.ts";
import { backEnd, send } from "../support/project/http.ts";
import type { World } from "../support/project/world.ts";
import { type Ended, endedOf, spawn } from "./command.ts";

/** Calls a switch of the stack, such as `mail/stop` (packages/local-stack/README.md). */
export async function turn(world: World, path: string, body: object = {}): Promise<void> {
  const init = { method: "POST", headers: backEnd(world), body: JSON.stringify(body) };
  equal((await send(`${world.url}/stack/${path}`, init)).status, 204);
}

/**
 * Changes the emulator's webhook endpoint. Without `changes`, only enables the endpoint: its events
 * and its API version stay as they are.
 */
export const changeEndpoint = (world: World, changes: object = {}) =>
  control(world, "POST", "webhook_endpoints", {
    url: `${world.url}/functions/v1/stripe-webhook`,
    ...changes,
  });

/**
 * Runs a command to its end.
 * @param step the code of the step at whose beginning `plant` runs
 */
export async function goliveWith(
  world: World,
  args: readonly string[],
  step: string,
  plant: () => Promise<unknown>,
): Promise<Ended> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await using command = spawn(world, [...args, "--report", file]);
    let said = "";
    let isPlanted = false;
    for await (const text of command.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (isPlanted || !said.includes(`… ${step}:`)) continue;
      isPlanted = true;
      await plant();
    }
    const complaint = await new Response(command.stderr).text();
    equal(isPlanted, true, `the command got to ${step}: ${said}${complaint}`);
    const signed = JSON.parse(await Deno.readTextFile(file)) as SignedReport;
    equal(await isGenuine(signed), true);
    return endedOf((await command.status).code, signed.report);
  } finally {
    await Deno.remove(file);
  }
}

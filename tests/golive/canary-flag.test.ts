/**
 * If a person changes the canary's flag while the canary runs, the canary does not overwrite this
 * change. If a signal such as SIGTERM ends the canary, the canary switches the flag off.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { delay } from "@farthing/command-line";
import { backEnd, post } from "../support/project/http.ts";
import { readWorld } from "../support/project/world.ts";
import { failures, golive, spawn } from "./command.ts";
import { goliveWith } from "./planted.ts";
import { salesOf, switchSales, withSales } from "./sales.ts";

const world = readWorld();

const CANARY = ["canary", "--stage-seconds", "6"];

/** Runs `then` when the canary's step begins. Returns the canary's exit code. */
async function canaryUntil(
  step: string,
  args: readonly string[],
  then: (kill: (signal: Deno.Signal) => void) => Promise<void>,
): Promise<number> {
  await using canary = spawn(world, args);
  let said = "";
  let isDone = false;
  for await (const text of canary.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (isDone || !said.includes(`… ${step}:`)) continue;
    isDone = true;
    await then((signal) => canary.kill(signal));
  }
  equal(isDone, true, `${said}${await new Response(canary.stderr).text()}`);
  return (await canary.status).code;
}

Deno.test("an operator who switches sales off wins against a canary", () =>
  withSales(world, async () => {
    const args = [...CANARY, "--again"];
    const ended = await goliveWith(world, args, "canary.stage-1", async () => {
      await delay(1000);
      await switchSales(world, "off");
    });
    deepEqual([ended.code, failures(ended)], [1, ["canary.stage-1"]]);
    match(ended.evidence("canary.stage-1"), /somebody else has changed the flag: b2c is off, by /);
    equal(await salesOf(world), "off");
  }));

Deno.test("a canary that is killed does not go on after a rollback or with another flag", () =>
  withSales(world, async () => {
    const kill = async () =>
      await canaryUntil("canary.stage-5", [...CANARY, "--again"], async (end) => {
        await delay(1500);
        end("SIGKILL");
      });
    await kill();
    const { code, stderr } = await spawn(world, [...CANARY, "--flag", "b2b"]).output();
    equal(code, 2);
    match(new TextDecoder().decode(stderr), /begun with another --flag: add --again/);
    await switchSales(world, "off");
    const ended = await golive(world, CANARY);
    deepEqual([ended.code, failures(ended)], [1, ["canary.start"]]);
    equal(await salesOf(world), "off");
  }));

Deno.test("a canary that is asked to end switches its flag off", () =>
  withSales(world, async () => {
    const code = await canaryUntil("canary.stage-1", [...CANARY, "--again"], async (end) => {
      await delay(1500);
      end("SIGTERM");
    });
    equal(code, 1);
    equal(await salesOf(world), "off");
    equal((await post(world, "features/b2c", backEnd(world), { state: "off" })).status, 200);
  }));

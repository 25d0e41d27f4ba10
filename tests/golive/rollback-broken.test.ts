/**
 * Two rollbacks. During the first, the Edge Function `settings` fails. The second is killed,
 * somebody switches sales on again, and then the second rollback is started again.
 */
import { equal, match } from "node:assert/strict";
import { readWorld } from "../support/project/world.ts";
import { golive, spawn } from "./command.ts";
import { turn } from "./planted.ts";
import { salesOf, switchSales, withSales } from "./sales.ts";

const world = readWorld();

const ROLLBACK = ["rollback", "--to", "HEAD"];

Deno.test("functions that refuse to switch a flag off don't keep sales on: SQL does it", () =>
  withSales(world, async () => {
    await turn(world, "functions/fault", { path: "settings", status: 500 });
    try {
      const ended = await golive(world, [...ROLLBACK, "--again"]);
      equal(ended.state("rollback.order"), "warning");
      equal(ended.state("rollback.flags-off"), "ok", JSON.stringify(ended.report.evidence));
      match(ended.evidence("rollback.flags-off"), /^b2c off in [^]+ by SQL \(/);
      equal(ended.state("rollback.functions"), "ok");
      match(ended.evidence("rollback.flags-stay-off"), /^b2c is off, by sql:/);
      equal(ended.code, 0);
    } finally {
      await turn(world, "functions/ok");
    }
    equal(await salesOf(world), "off");
  }));

Deno.test("a rollback that goes on switches a flag off again that somebody has switched on", () =>
  withSales(world, async () => {
    await using killed = spawn(world, [...ROLLBACK, "--again"]);
    let said = "";
    for await (const text of killed.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (said.includes("… rollback.functions:")) killed.kill("SIGKILL");
    }
    await killed.status;
    equal(await salesOf(world), "off");
    await switchSales(world, "on");
    const ended = await golive(world, ROLLBACK);
    equal(ended.code, 0, JSON.stringify(ended.report.evidence));
    equal(ended.report.checked.find(({ code }) => code === "rollback.order")?.isFromBefore, true);
    equal(await salesOf(world), "off");
  }));

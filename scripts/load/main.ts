/**
 * `deno task load`: sends ten times the expected traffic to the service, and then runs the ledger's
 * proof.
 */
import pc from "picocolors";
import { z } from "zod";
import { formatProof, readViolations } from "../demo/shared/proof.ts";
import { withService } from "../demo/shared/reach-stack.ts";
import { DemoError, type Service } from "../demo/shared/service.ts";
import { SettingsError } from "../project/project-settings.ts";
import { cleanUpOnSignals, print, printError } from "@farthing/command-line";
import { mixOf } from "./traffic-mix.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { gather } from "./people.ts";
import { createMeter } from "./progress.ts";
import { formatLoad, formatProgress } from "./format-load.ts";
import { run, warmUp } from "./run-load.ts";
import type { Tally } from "./tally.ts";

const packages = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

async function firstPackage({ url }: Service): Promise<string> {
  const answer = await fetch(`${url}/functions/v1/checkout/packages`);
  return packages.parse(await answer.json()).data[0]!.id;
}

async function load(service: Service, { rate, seconds, people }: Options): Promise<boolean> {
  print(`${rate} requests per second for ${seconds} s by ${people} people at ${service.url}`);
  const meter = createMeter();
  const mix = mixOf(await firstPackage(service));
  const crowd = await gather(service, people, (ready) => meter.at("signing up", ready, people));
  await warmUp({ service, people: crowd, mix });
  const at = (second: number, { sum }: Tally) =>
    meter.at(formatProgress(sum), Math.floor(second), seconds);
  const tally = await run({ service, people: crowd, mix, rate, seconds, at })
    .finally(() => meter.end());
  const violations = await readViolations(service);
  print();
  print(formatLoad(tally, seconds));
  print(formatProof(violations));
  return tally.sum.failed === 0 && violations.length === 0;
}

async function main(): Promise<boolean> {
  const options = readOptions(Deno.args);
  if (options === undefined) {
    print(USAGE);
    return true;
  }
  cleanUpOnSignals();
  const say = (text: string) => print(pc.dim(text));
  return await withService(options.envFile, say, (service) => load(service, options));
}

const passed = await main().catch((error: unknown) => {
  const isFlag = String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
  if (!isFlag && !(error instanceof DemoError || error instanceof SettingsError)) throw error;
  printError(pc.red((error as Error).message));
  if (isFlag) printError(`\n${USAGE}`);
  return false;
});
Deno.exit(passed ? 0 : 1);

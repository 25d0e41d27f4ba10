/**
 * `deno task screenshots`: takes new pictures of the console for `docs/images`, on a separate local
 * stack with a year of sample data.
 */
import pc from "picocolors";
import postgres from "postgres";
import { chromium } from "playwright-core";
import { cleanUpOnSignals, print, printError, withCleanup } from "@farthing/command-line";
import { fillYear } from "../../bench/database/year.ts";
import { ROOT } from "../command/root.ts";
import { buildConsole } from "../console/build.ts";
import { type Service, serviceOf } from "../demo/shared/service.ts";
import { findChromium } from "../test-tools/find-chromium.ts";
import { withStack } from "../test-tools/stack-process.ts";
import { makeScene } from "./busy-customer.ts";
import { takePictures } from "./take-pictures.ts";

const ACCOUNTS = 200;

/**
 * Fills the empty project with a year of sample data, as the benchmark does, so that each month's
 * charts have data.
 */
async function makeYear({ databaseUrl }: Service): Promise<void> {
  const url = new URL(databaseUrl);
  url.username = "supabase_admin";
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  await withCleanup(() => sql.end({ timeout: 5 }), () => fillYear(sql, ACCOUNTS));
}

const FOLDER = `${ROOT}docs/images`;

async function main(): Promise<boolean> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    printError(pc.red("There is no Chromium on the PATH. Install Chromium, for example with apt."));
    return false;
  }
  print(pc.dim("building the console"));
  await buildConsole();
  print(pc.dim("starting a stack"));
  await withStack(async (values) => {
    const service = serviceOf({ values, source: "the pictures' own stack" });
    const address = new URL(service.url);
    address.port = String(Number(address.port) + 2);
    print(pc.dim("making a year of business, and a customer"));
    await makeYear(service);
    const scene = await makeScene(service);
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    await Deno.mkdir(FOLDER, { recursive: true });
    await withCleanup(() => browser.close(), () =>
      takePictures({
        ...{ browser, scene, address: address.href, folder: FOLDER },
        onTaken: (name) => print(`  docs/images/${name}.png`),
      }));
  });
  return true;
}

cleanUpOnSignals();
Deno.exit(await main() ? 0 : 1);

/**
 * `deno task rates:import FILE`: shows the changes in LiteLLM's price map, and with --apply imports
 * them as new rate versions.
 */
import pc from "picocolors";
import { need, readSettings, SettingsError } from "../project/project-settings.ts";
import { connectSettings, SettingsApiError } from "../project/settings-api.ts";
import { print, printError } from "@farthing/command-line";
import { readArguments, USAGE, UsageError } from "./arguments.ts";
import { importRates, ImportRefused } from "./import-rates.ts";
import { PriceMapError } from "./price-map.ts";

async function main(): Promise<void> {
  const { models, ...options } = readArguments(Deno.args);
  if (options.help) return print(USAGE);
  const priceMap = await Deno.readTextFile(options.file).catch((error: Error) => {
    throw new PriceMapError(`can't be read: ${error.message}`);
  });
  const settings = readSettings(options.envFile);
  const url = need(settings, "SUPABASE_URL");
  const api = connectSettings(url, need(settings, "SUPABASE_SECRET_KEY"));
  print(pc.dim(`${options.file} → ${url}`));
  await importRates({ ...options, priceMap, ...(models && { models }) }, api, print);
}

try {
  await main();
} catch (error) {
  if (error instanceof PriceMapError) {
    printError(pc.red(`The price map ${error.message}. Nothing is changed.`));
  } else if (
    error instanceof ImportRefused || error instanceof SettingsError ||
    error instanceof SettingsApiError
  ) {
    printError(pc.red(error.message));
  } else if (error instanceof UsageError) {
    printError(`${pc.red(error.message)}\n\n${USAGE}`);
  } else {
    throw error;
  }
  Deno.exit(1);
}

/**
 * `deno task packages:diff` and `deno task packages:push`: compare a file of packages with the
 * packages on sale, and make the file the packages on sale.
 */
import pc from "picocolors";
import { print, printError } from "@farthing/command-line";
import { need, readSettings, SettingsError } from "../settings/settings.ts";
import { readArguments, USAGE, UsageError } from "./arguments.ts";
import { PackagesFileError, readPackagesFile } from "./packages-file.ts";
import { pushPackages, PushRefused } from "./push-packages.ts";
import { connectSettings, SettingsApiError } from "./settings-api.ts";

async function main(): Promise<void> {
  const options = readArguments(Deno.args);
  if (options === null) return print(USAGE);
  const { command, file, reason, retire, envFile } = options;
  const text = await Deno.readTextFile(file).catch((error: Error) => {
    throw new PackagesFileError(`  it can't be read: ${error.message}`);
  });
  const packages = readPackagesFile(text);
  const settings = readSettings(envFile);
  const url = need(settings, "SUPABASE_URL");
  const api = connectSettings(url, need(settings, "SUPABASE_SECRET_KEY"));
  print(pc.dim(`${file} → ${url}`));
  const push = command === "push" && reason !== undefined ? { reason, retire } : null;
  await pushPackages({ packages, push }, api, print);
}

try {
  await main();
} catch (error) {
  if (error instanceof PackagesFileError) {
    printError(pc.red(`The file of packages is invalid. Nothing is changed.\n${error.message}`));
  } else if (
    error instanceof PushRefused || error instanceof SettingsError ||
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

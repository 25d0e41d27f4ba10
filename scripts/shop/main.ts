/**
 * `deno task packages:pull` writes the packages on sale to a file. `packages:diff` compares a file
 * with the packages on sale. `packages:push` replaces the packages on sale with those in the file.
 */
import pc from "picocolors";
import { print, printError } from "@farthing/command-line";
import { need, readSettings, type Settings, SettingsError } from "../project/project-settings.ts";
import { readArguments, USAGE, UsageError } from "./arguments.ts";
import {
  FileAccessError,
  PackagesFileError,
  readPackagesFile,
  readText,
  writeNewFile,
  writePackagesFile,
} from "./packages-file.ts";
import { pushPackages, PushRefused } from "./push-packages.ts";
import { connectSettings, SettingsApiError } from "../project/settings-api.ts";

async function main(): Promise<void> {
  const options = readArguments(Deno.args);
  if (options === null) return print(USAGE);
  const { command, file, reason, retire, envFile } = options;
  const settings = readSettings(envFile);
  if (command === "pull") return await pull(file, settings);
  const packages = readPackagesFile(await readText(file));
  const { api, url } = connect(settings);
  print(pc.dim(`${file} → ${url}`));
  const push = command === "push" && reason !== undefined ? { reason, retire } : null;
  await pushPackages({ packages, push }, api, print);
}

function connect(settings: Settings) {
  const url = need(settings, "SUPABASE_URL");
  return { url, api: connectSettings(url, need(settings, "SUPABASE_SECRET_KEY")) };
}

async function pull(file: string, settings: Settings): Promise<void> {
  const { api, url } = connect(settings);
  await writeNewFile(file, writePackagesFile(await api.readPackages()));
  print(`${pc.dim(`${url} →`)} ${file}`);
}

try {
  await main();
} catch (error) {
  if (error instanceof PackagesFileError) {
    printError(pc.red(`The file of packages is invalid. Nothing is changed.\n${error.message}`));
  } else if (
    error instanceof FileAccessError || error instanceof PushRefused ||
    error instanceof SettingsError || error instanceof SettingsApiError
  ) {
    printError(pc.red(error.message));
  } else if (error instanceof UsageError) {
    printError(`${pc.red(error.message)}\n\n${USAGE}`);
  } else {
    throw error;
  }
  Deno.exit(1);
}

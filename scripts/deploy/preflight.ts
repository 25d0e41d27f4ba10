/** Checks everything that a deployment needs, without changing anything. */
import { fromProject } from "../secrets/sources.ts";
import { readEnvText } from "../secrets/env-line.ts";
import { SettingsError } from "../project/project-settings.ts";
import { hasNpx } from "../supabase/cli.ts";
import { type Check, hasFailed, look } from "./check.ts";
import { exposedSchemas, planOf } from "./exposed-schema.ts";
import { pendingMigrations } from "./push-migrations.ts";
import type { Options } from "./options.ts";
import { bundleOf, type ProjectFolder, writeProjectFolder } from "./project-folder.ts";
import { readingsOf } from "./bundle-sizes.ts";
import { lacking, planSecrets, type SecretPlan } from "./secrets.ts";
import { megabytes, overLimits } from "./size-limits.ts";

/** The results of the checks, and the steps of the deployment. */
export interface Plan {
  readonly checks: readonly Check[];
  readonly folder: ProjectFolder | undefined;
  readonly migrations: readonly string[];
  /** The description of the step that exposes the schema. */
  readonly dataApi: string;
  /** The secrets to send; undefined if the user named no file. */
  readonly secrets: SecretPlan | undefined;
}

/**
 * Checks the sizes of all functions. Fails if a function exceeds one of the limits in
 * size-limits.ts.
 */
async function judgeSizes(folder: ProjectFolder): Promise<Omit<Check, "name">> {
  const { names } = folder;
  const readings = await readingsOf(names.map((name) => bundleOf(folder, name)));
  const over = readings.flatMap((each, at) =>
    overLimits(each).map((sentence) => `${names[at]}: ${sentence}`)
  );
  if (over.length > 0) return { state: "failed", detail: "too large", more: over };
  const largest = Math.max(...readings.map(({ raw }) => raw));
  const detail = `${names.length} functions, one file each, at most ${megabytes(largest)}`;
  return { state: "ok", detail };
}

async function planFrom(envFile: string): Promise<SecretPlan> {
  const text = await readEnvText(envFile);
  if (text === "") {
    throw new SettingsError(`--env-file ${envFile} is empty or missing: name a file with secrets.`);
  }
  return planSecrets(text);
}

function judgeSecrets(
  onProject: ReadonlySet<string>,
  plan: SecretPlan | undefined,
): Omit<Check, "name"> {
  const missing = lacking(new Set([...onProject, ...plan?.names ?? []]));
  if (missing.length === 0) return { state: "ok", detail: "every required name is set" };
  return {
    state: "warning",
    detail: "functions respond with 503 until these names are set (--env-file FILE)",
    more: missing.map(({ name, functions }) => `${name}: ${functions.join(", ")}`),
  };
}

/** @param path the directory for the bundles */
export async function preflight(options: Options, path: string): Promise<Plan> {
  let folder: ProjectFolder | undefined;
  let secrets: SecretPlan | undefined;
  let migrations: string[] = [];
  let dataApi = planOf(undefined);
  const checks: Check[] = [];
  if (!await hasNpx()) {
    const more = ["Install Node 20 or newer: the Supabase CLI is run by npx."];
    checks.push({ name: "npx", state: "failed", detail: "is not installed", more });
    return { checks, folder, migrations, dataApi, secrets };
  }
  checks.push(
    await look("secrets", "reading the project's names", async () => {
      if (options.envFile !== undefined) secrets = await planFrom(options.envFile);
      return judgeSecrets((await fromProject(options.project)).names, secrets);
    }),
    await look("migrations", "comparing with the database", async () => {
      if (options.skipsDatabase) {
        return { state: "ok", detail: "not pushed here: push them from your app's own folder" };
      }
      migrations = await pendingMigrations(options.database);
      const detail = migrations.length === 0
        ? "the database is up to date"
        : `${migrations.length} to apply, the last ${migrations.at(-1)}`;
      return { state: "ok", detail };
    }),
    await look("data API", "reading the exposed schemas", async () => {
      const schemas = await exposedSchemas(options.project);
      dataApi = planOf(schemas);
      return { state: schemas ? "ok" : "warning", detail: dataApi };
    }),
  );
  // Bundling takes longest, so skip it if an earlier check has failed.
  if (hasFailed(checks)) return { checks, folder, migrations, dataApi, secrets };
  checks.push(
    await look("bundles", "one file for each function", async () => {
      folder = await writeProjectFolder(path);
      return await judgeSizes(folder);
    }),
  );
  return { checks, folder, migrations, dataApi, secrets };
}

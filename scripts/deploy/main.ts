/**
 * `deno task deploy`: checks the project, asks for confirmation, deploys the bundles that it has
 * checked, and tests the deployed functions.
 */
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { SettingsError } from "../project/project-settings.ts";
import { formatTable, print, printError } from "@farthing/command-line";
import { type Check, formatChecks, hasFailed, look } from "./check.ts";
import { pushMigrations } from "./push-migrations.ts";
import { expose } from "./exposed-schema.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { type Plan, preflight } from "./preflight.ts";
import { uploadFunctions } from "./project-folder.ts";
import { setSecrets } from "./secrets.ts";
import { smoke } from "./smoke-test.ts";

/** The folder is not removed after a deployment, so that a developer can read what was sent. */
const FOLDER = fileURLToPath(new URL("../../.farthing/deploy", import.meta.url));

function planRows(
  { folder, migrations, dataApi, secrets }: Plan,
  { url, skipsDatabase }: Options,
): string[][] {
  const pushed = skipsDatabase
    ? "skipped"
    : migrations.length === 0
    ? "nothing to apply"
    : `apply ${migrations.length}`;
  const set = secrets === undefined
    ? "left as they are: no --env-file"
    : `set ${secrets.names.join(", ") || "none"}`;
  const leftOut = secrets?.leftOut.length
    ? `; leave out ${secrets.leftOut.join(", ")}, which are not for a project`
    : "";
  return [
    ["migrations", skipsDatabase ? pushed : `${pushed}; add missing seed rows`],
    ["data API", dataApi],
    ["secrets", set + leftOut],
    ["functions", `upload ${folder?.names.length ?? 0}`],
    ["smoke", `${url}/functions/v1`],
  ];
}

function showPlan(plan: Plan, options: Options): void {
  const columns = [{ title: "" }, { title: "" }, { title: "" }];
  const rows = planRows(plan, options).map(([name, what], at) => [
    pc.dim(` ${at + 1}`),
    pc.bold(name!),
    what!,
  ]);
  print(`\n${pc.bold("Plan")}\n${formatTable(columns, rows)}`);
}

/** @throws SettingsError if a confirmation is needed but standard input is not a terminal */
function requireAnswer({ isDryRun, isConfirmed }: Options): void {
  if (isDryRun || isConfirmed || Deno.stdin.isTerminal()) return;
  throw new SettingsError(
    "This is not a terminal: pass --yes to deploy, or --dry-run to see the plan.",
  );
}

/**
 * Runs the steps until one fails. The database comes first, because new functions call what the
 * migrations add.
 */
async function deploy({ folder, secrets }: Plan, options: Options): Promise<Check[]> {
  const { project, database, url, skipsDatabase } = options;
  const done = (detail: string) => ({ state: "ok" as const, detail });
  const steps = [
    () =>
      look("migrations", "db push", async () => {
        if (skipsDatabase) return done("skipped");
        await pushMigrations(database);
        return done("applied");
      }),
    () => look("data API", "reading the exposed schemas", () => expose(project)),
    () =>
      look("secrets", "secrets set", async () => {
        if (!secrets?.names.length) return done("left as they are");
        await setSecrets(secrets, project);
        return done(`${secrets.names.length} set`);
      }),
    () =>
      look("functions", `${folder!.names.length} uploads, some seconds each`, async () => {
        await uploadFunctions(folder!, project);
        return done(`${folder!.names.length} uploaded`);
      }),
  ];
  const checks: Check[] = [];
  for (const step of steps) {
    checks.push(await step());
    if (hasFailed(checks)) return checks;
  }
  return [...checks, ...await smoke(url, folder!.names)];
}

async function main(): Promise<number> {
  const options = readOptions(Deno.args);
  if (options === undefined) {
    print(USAGE);
    return 0;
  }
  requireAnswer(options);
  const plan = await preflight(options, FOLDER);
  print(`${pc.bold("Preflight")} ${pc.dim(options.project)}\n${formatChecks(plan.checks)}`);
  if (hasFailed(plan.checks)) {
    printError(pc.red("\nNothing was changed."));
    return 1;
  }
  showPlan(plan, options);
  if (options.isDryRun) {
    print(pc.green("\nNothing was changed: this was a dry run."));
    return 0;
  }
  if (!options.isConfirmed && !confirm(`\nDeploy to ${options.project}?`)) return 1;
  const checks = await deploy(plan, options);
  print(`\n${pc.bold("Deployed")}\n${formatChecks(checks)}`);
  if (!hasFailed(checks)) return 0;
  printError(
    pc.red("\nThe deployment stopped at the step that failed. Correct the cause and deploy again."),
  );
  return 1;
}

try {
  Deno.exit(await main());
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  if (!isUsage && !(error instanceof SettingsError)) throw error;
  printError(isUsage ? `${pc.red(error.message)}\n\n${USAGE}` : pc.red(error.message));
  Deno.exit(2);
}

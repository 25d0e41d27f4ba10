/** Refuses a call that does not fit the project, before anything is changed. */
import pc from "picocolors";
import { printError } from "@farthing/command-line";
import { requireOneDatabase } from "./command/check-database.ts";
import {
  requireLongStages,
  requireOneProject,
  requireOwnTraffic,
} from "./command/check-options.ts";
import type { Options } from "./command/options.ts";
import type { Project } from "./command/project.ts";
import { loadKey } from "./core/sign.ts";
import { previousRevision } from "./rollback/revision.ts";

/**
 * Loads the signing key before the first step. At the end of the run this would be too late: the
 * run may have paid by then, and without a key its report would be unsigned. An unsigned report
 * proves nothing.
 */
async function requireKey(isUrgent: boolean, file?: string): Promise<void> {
  const problem = await loadKey(isUrgent, file);
  if (problem === undefined) return;
  printError(
    pc.yellow(
      `${problem}\nThis rollback goes on, and signs its report with a new key that is not stored.`,
    ),
  );
}

/**
 * A rollback must stop sales. If SUPABASE_DB_URL belongs to another project, the rollback therefore
 * ignores this URL and goes on without the database.
 */
function withOneDatabase(project: Project, options: Options): Project {
  try {
    requireOneDatabase(project, options);
    return project;
  } catch (error) {
    if (options.command !== "rollback") throw error;
    printError(
      pc.yellow(`${(error as Error).message}\nThis rollback goes on without the database.`),
    );
    return { ...project, databaseUrl: undefined };
  }
}

/**
 * Returns the project. For a rollback, removes the database URL if it belongs to another project.
 * @param keyFile by default the key of this machine
 * @throws SettingsError that names the option, the setting or the file
 */
export async function checkCall(
  project: Project,
  options: Options,
  keyFile?: string,
): Promise<Project> {
  requireOneProject(project, options);
  const checked = withOneDatabase(project, options);
  requireLongStages(project, options);
  requireOwnTraffic(project, options);
  // The revision is checked before the first step. If a mistyped revision were found later, the
  // rollback would end before it has replaced the new functions.
  if (options.command === "rollback" && options.revision !== undefined) {
    await previousRevision(options.revision);
  }
  await requireKey(options.command === "rollback", keyFile);
  return checked;
}

/** Refuses a call that does not fit the project, before anything is changed. */
import {
  requireLongStages,
  requireOneProject,
  requireOwnTraffic,
} from "./command/check-options.ts";
import type { Options } from "./command/options.ts";
import type { Project } from "./command/project.ts";
import { previousRevision } from "./rollback/revision.ts";

/** @throws SettingsError that names the option */
export async function checkCall(project: Project, options: Options): Promise<void> {
  requireOneProject(project, options);
  requireLongStages(project, options);
  requireOwnTraffic(project, options);
  // A mistyped revision must not end a rollback in its middle, with the new functions still running.
  if (options.command === "rollback" && options.revision !== undefined) {
    await previousRevision(options.revision);
  }
}

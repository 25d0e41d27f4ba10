/** Refuses options that do not fit the project, before anything is changed. */
import { SettingsError } from "../../project/project-settings.ts";
import type { Options } from "./options.ts";
import { type Project, projectRef } from "./project.ts";

/**
 * Each process reports its counts every ten seconds, and a stage with fewer than six reports can't
 * be judged.
 */
const LEAST_STAGE_SECONDS = 60;

/**
 * Flags are switched at SUPABASE_URL, and functions are deployed to --project, so both must name
 * the same project.
 */
export function requireOneProject(project: Project, { project: named }: Options): void {
  const ref = projectRef(project);
  if (named === undefined || named === ref) return;
  // A custom domain does not show the project's reference, so --project is trusted.
  if (ref === undefined && !project.isLocal) return;
  throw new SettingsError(
    `--project ${named} is not the project of SUPABASE_URL, which is ` +
      `${ref ?? new URL(project.url).host}: name the same project in both.`,
  );
}

/**
 * Refuses --traffic for a project that customers use: the customers' traffic is enough, and a
 * program must not send orders to such a project.
 */
export function requireOwnTraffic(project: Project, { makesTraffic }: Options): void {
  if (!makesTraffic || project.isLocal) return;
  throw new SettingsError(
    "--traffic is only for a project on this machine. Leave it out: on a hosted project, the users " +
      "send the requests.",
  );
}

export function requireLongStages(project: Project, { command, stageSeconds }: Options): void {
  const hasStages = command === "canary" || command === "full";
  if (!hasStages || project.isLocal || stageSeconds >= LEAST_STAGE_SECONDS) return;
  throw new SettingsError(
    `--stage-seconds must be at least ${LEAST_STAGE_SECONDS} on a hosted project: a shorter stage ` +
      "ends before its figures are reported.",
  );
}

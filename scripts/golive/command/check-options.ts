/** Refuses options that do not fit the project, before anything is changed. */
import { SettingsError } from "../../settings/settings.ts";
import type { Options } from "./options.ts";
import { type Project, projectRef } from "./project.ts";

/** Each process reports its counts every ten seconds; fewer than six reports show no stage. */
const LEAST_STAGE_SECONDS = 60;

/** Flags are switched at SUPABASE_URL and functions deployed to --project: it must be one project. */
export function requireOneProject(project: Project, { project: named }: Options): void {
  const ref = projectRef(project);
  if (named === undefined || named === ref) return;
  // A domain of one's own does not tell the reference, so the person's word counts.
  if (ref === undefined && !project.isLocal) return;
  throw new SettingsError(
    `--project ${named} is not the project of SUPABASE_URL, ${ref ?? new URL(project.url).host}.`,
  );
}

/** A project that customers use has traffic of its own, and no order of a program. */
export function requireOwnTraffic(project: Project, { makesTraffic }: Options): void {
  if (!makesTraffic || project.isLocal) return;
  throw new SettingsError("--traffic is for a project on this machine: elsewhere users make it.");
}

export function requireLongStages(project: Project, { command, stageSeconds }: Options): void {
  const hasStages = command === "canary" || command === "full";
  if (!hasStages || project.isLocal || stageSeconds >= LEAST_STAGE_SECONDS) return;
  throw new SettingsError(
    `--stage-seconds must be at least ${LEAST_STAGE_SECONDS} on a hosted project: a shorter stage ` +
      "ends before its figures are there.",
  );
}

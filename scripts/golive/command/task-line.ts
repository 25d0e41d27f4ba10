/** The line that a person runs next, with the settings of this call. */
import type { Options } from "./options.ts";

/**
 * Returns a task's command for the same project: `deno task golive rollback --env-file .env`.
 * @param task the task with its own options
 */
export function taskLine({ envFile, project }: Pick<Options, "envFile" | "project">, task: string) {
  const settings = envFile === undefined ? "" : ` --env-file ${envFile}`;
  const ref = project === undefined || !task.startsWith("golive ") ? "" : ` --project ${project}`;
  return `deno task ${task}${settings}${ref}`;
}

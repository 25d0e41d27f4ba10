/**
 * Runs the functions of the previous revision on the new schema. On a hosted project it deploys
 * them. On this machine it serves them beside the running functions.
 */
import { formatMs } from "../../command/format-ms.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { type Project, projectRef, UNKNOWN_REF } from "../command/project.ts";
import { failed, type Finding, found, skipped } from "../core/step.ts";
import { withServedFunctions } from "../shared/served-functions.ts";
import { SMOKE } from "../smoke/steps.ts";
import { nameOf, previousRevision, withRevision } from "./revision.ts";

/**
 * Returns the commands to deploy by hand, in a new worktree, because the rollback removes its own
 * worktree.
 */
export const deployByHand = (revision: string, args: readonly string[]): string =>
  `git worktree add --detach ../farthing-rollback ${revision} && cd ../farthing-rollback && ` +
  `deno run -A scripts/packages/main.ts && deno ${args.join(" ")}`;

/** Deploys the revision, and asks the deployed functions whether they are ready. */
async function deployed(context: Context, folder: string, ref: string, revision: string) {
  const args = [
    "run",
    "-A",
    "scripts/deploy/main.ts",
    "--project",
    ref,
    "--skip-database",
    "--yes",
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const last = new TextDecoder().decode(success ? stdout : stderr).trim().split("\n").slice(-5);
  if (!success) return failed(last, deployByHand(revision, args));
  const health = SMOKE.find(({ code }) => code === "smoke.health")!;
  const ready = await health.run(context).catch((error: Error) =>
    failed(error.message, "Read the log of the function `health`.")
  );
  return { ...ready, evidence: [...ready.evidence, ...last] };
}

/** Runs the smoke test against the functions of the revision. They use the project's database. */
async function smoked(context: Context, there: Project): Promise<Finding> {
  const facts: Record<string, string> = {};
  const tell = (more: Readonly<Record<string, string>>) => {
    Object.assign(facts, more);
    return Promise.resolve();
  };
  const lines: string[] = [];
  let isGood = true;
  for (const step of SMOKE) {
    const finding = await step.run({ ...context, project: there, facts, tell }).catch((
      error: Error,
    ) => failed(error.message, ""));
    lines.push(`${step.code}: ${finding.state}, ${finding.evidence[0]}`);
    isGood &&= finding.state !== "failed";
  }
  return isGood ? found(lines) : failed(
    lines,
    "The previous functions do not work with the new schema. Do not deploy the previous functions: " +
      "correct the new functions.",
  );
}

export const functions: GoLiveStep = {
  code: "rollback.functions",
  title: "Do the previous functions run on the new schema?",
  source: "project",
  // Somebody may have deployed since the run was interrupted.
  isRepeated: true,
  isRequired: true,
  async run(context) {
    const { project, options } = context;
    const revision = await previousRevision(options.revision).catch((error: Error) => error);
    if (revision instanceof Error) return skipped(`no earlier revision: ${revision.message}`);
    const ref = projectRef(project, options.project);
    if (ref === undefined && !project.isLocal) return skipped(UNKNOWN_REF);
    if (ref === undefined && project.emulatorUrl === undefined) {
      return skipped(
        "`supabase start` serves this folder: check out the earlier revision with git",
      );
    }
    const start = performance.now();
    const finding = await withRevision(
      revision,
      (folder) =>
        ref === undefined
          ? withServedFunctions(project, folder, {}, (there) => smoked(context, there))
          : deployed(context, folder, ref, revision),
    );
    const how = ref === undefined ? "served beside the running ones" : `deployed to ${ref}`;
    const first = `${await nameOf(revision)}, ${how} in ${formatMs(performance.now() - start)}`;
    // No record says which revision ran before. If the user has named no revision, git's choice is
    // shown, so that a person checks it.
    const chosen = options.revision === undefined
      ? [
        "git chose the newest tag before this commit, or else the commit before the last change " +
        "of the functions: --to names another revision",
      ]
      : [];
    return { ...finding, evidence: [first, ...chosen, ...finding.evidence] };
  },
};

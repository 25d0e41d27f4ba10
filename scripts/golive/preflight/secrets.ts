/** Checks that every needed secret is set, in the settings and on the project. Shows no values. */
import type { GoLiveStep } from "../command/context.ts";
import { projectRef, UNKNOWN_REF } from "../command/project.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, found, skipped } from "../core/step.ts";
import { checkSecrets, wrongNames } from "../../secrets/check.ts";
import { fromProject, fromStack } from "../../secrets/sources.ts";
import { lacking } from "../../deploy/secrets.ts";

/**
 * Checks that every variable that the functions need is set and well formed. For a stack on this
 * machine, checks the stack's environment instead of the settings.
 */
export const ownSecrets: GoLiveStep = {
  code: "preflight.secrets",
  title: "Do the settings have every needed secret?",
  source: "project",
  run({ project: { settings, emulatorUrl, isLocal } }) {
    const { values, source } = settings;
    const names = new Set(Object.keys(values).filter((name) => values[name]));
    const given = isLocal && emulatorUrl !== undefined
      ? fromStack(settings)
      : { source, values, names, isWhole: false };
    const wrong = wrongNames(checkSecrets(given));
    const evidence = `${given.names.size} names in ${given.source}`;
    return Promise.resolve(
      wrong.length === 0 ? found(`${evidence}, none is missing or malformed`) : failed(
        [evidence, `missing or malformed: ${wrong.join(", ")}`],
        `Correct them in ${given.source}.`,
      ),
    );
  },
};

/**
 * The hosted project must have each needed secret. Stripe's two secrets and NOTIFICATION_SECRET
 * must each be set in both the project and the settings, or in neither.
 */
export const projectSecrets: GoLiveStep = {
  code: "preflight.project-secrets",
  title: "Does the project have the same secrets?",
  source: "project",
  async run({ project, options }) {
    const ref = projectRef(project, options.project);
    if (ref === undefined && project.isLocal) {
      return skipped("the project runs on this machine, and its functions read the same settings");
    }
    if (ref === undefined) return skipped(UNKNOWN_REF);
    const answer = await fromProject(ref).catch((error: Error) => error);
    if (answer instanceof Error) {
      return skipped(`the Supabase CLI can't list the project's secrets: ${answer.message}`);
    }
    const { values } = project.settings;
    const missing = lacking(answer.names).map(({ name }) => name);
    const both = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "NOTIFICATION_SECRET"];
    const oneSided = both.filter((name) => Boolean(values[name]) !== answer.names.has(name));
    const evidence = `${answer.names.size} names on ${ref}`;
    return missing.length + oneSided.length === 0 ? found(evidence) : failed(
      [
        evidence,
        ...(missing.length > 0 ? [`the project lacks ${missing.join(", ")}`] : []),
        ...(oneSided.length > 0
          ? [`only the project or only the settings have ${oneSided.join(", ")}`]
          : []),
      ],
      `${taskLine(options, `deploy --project ${ref}`)} sets them.`,
    );
  },
};

/** The checks of `deno task stripe:check`, each as a step of its own. */
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, type Finding, found, warning } from "../core/step.ts";
import {
  checkEndpoints,
  checkFunction,
  checkRights,
  type Finding as StripeFinding,
} from "../../stripe/check.ts";
import { readTarget, type Target } from "../../stripe/target.ts";

const targetOf = ({ options, project }: Context): Target =>
  readTarget({ "env-file": options.envFile, "url": project.url });

/** The emulator's one endpoint gets the events of connected accounts, too. */
const hasConnect = ({ project }: Context): boolean => project.emulatorUrl === undefined;

function findingOf(found_: readonly StripeFinding[], fix: string): Finding {
  const lines = found_.map(({ subject, text }) => `${subject}: ${text}`);
  if (found_.some(({ state }) => state === "wrong")) {
    const wrong = found_.filter(({ state }) => state === "wrong");
    return failed(wrong.map(({ subject, text }) => `${subject}: ${text}`), fix);
  }
  return found_.some(({ state }) => state === "note") ? warning(lines, fix) : found(lines);
}

const SETUP = "deno task stripe:setup --env-file FILE --write FILE repairs the endpoints.";

export const endpoints: GoLiveStep = {
  code: "preflight.webhook-endpoint",
  title: "Is the webhook endpoint enabled, with the right version and events?",
  source: "stripe",
  run: async (context) =>
    findingOf(await checkEndpoints(targetOf(context), hasConnect(context)), SETUP),
};

/** Posts without a signature and with the secret's own: a redirect is an error, too. */
export const webhookFunction: GoLiveStep = {
  code: "preflight.webhook-secret",
  title: "Does the function answer without a redirect, and know the endpoint's secret?",
  source: "stripe",
  run: async (context) => findingOf(await checkFunction(targetOf(context)), SETUP),
};

export const rights: GoLiveStep = {
  code: "preflight.stripe-rights",
  title: "Does the key have the rights that the functions need?",
  source: "stripe",
  run: async (context) =>
    findingOf(
      await checkRights(targetOf(context), hasConnect(context)),
      "Add the rights in Stripe's dashboard, Developers, API keys.",
    ),
};

/** The checks of `deno task stripe:check`, each as a step of its own. */
import type { Context, GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, type Finding, found, skipped, warning } from "../core/step.ts";
import {
  checkEndpoints,
  checkFunction,
  checkRights,
  type Finding as StripeFinding,
} from "../../stripe/check.ts";
import { readTarget, type Target } from "../../stripe/target.ts";
import { setupFix } from "./setup-fix.ts";

/**
 * Returns the webhook endpoint's address, read the same way as `stripe:setup` reads it. So the
 * command that the finding suggests corrects the endpoint that was checked.
 */
const targetOf = ({ options }: Context): Target => readTarget({ "env-file": options.envFile });

/**
 * Returns whether connected accounts need a webhook endpoint of their own. On the emulator they
 * need none, because the emulator's only endpoint gets their events, too.
 */
const hasConnect = ({ project, options }: Context): boolean =>
  project.emulatorUrl === undefined && !options.isWithoutConnect;

/**
 * Adds the webhook endpoint's address to the evidence if the address is not below SUPABASE_URL. The
 * report itself shows only SUPABASE_URL.
 */
function named(finding: Finding, { url }: Target, { project }: Context): Finding {
  if (url.startsWith(`${project.url}/`)) return finding;
  return { ...finding, evidence: [...finding.evidence, `address: ${url}`] };
}

function findingOf(all: readonly StripeFinding[], fix: string): Finding {
  const say = ({ subject, text }: StripeFinding) => `${subject}: ${text}`;
  const wrong = all.filter(({ state }) => state === "wrong");
  if (wrong.length > 0) return failed(wrong.map(say), fix);
  return all.some(({ state }) => state === "note")
    ? warning(all.map(say), fix)
    : found(all.map(say));
}

export const endpoints: GoLiveStep = {
  code: "preflight.webhook-endpoint",
  title: "Is the webhook endpoint enabled, with the right version and events?",
  source: "stripe",
  async run(context) {
    const withConnect = hasConnect(context);
    const target = targetOf(context);
    const all = await checkEndpoints(target, withConnect);
    return named(findingOf(all, setupFix(all, context.options, withConnect)), target, context);
  },
};

/**
 * Posts one unsigned request, and for each secret one request that is signed with this secret. A
 * response with a redirect counts as an error.
 */
export const webhookFunction: GoLiveStep = {
  code: "preflight.webhook-secret",
  title: "Does the function answer without a redirect, and know the endpoint's secret?",
  source: "stripe",
  async run(context) {
    const target = targetOf(context);
    const all = await checkFunction(target);
    // Only a signed request shows that the function knows the secret.
    if (context.project.webhookSecret === undefined && all.every(({ state }) => state === "ok")) {
      return skipped(
        "STRIPE_WEBHOOK_SECRET is not set in the settings, so no event could be signed",
      );
    }
    const isAddress = all.some(({ subject, state }) => subject === "function" && state === "wrong");
    const secret =
      "Copy the endpoint's signing secret from Stripe's dashboard (Developers, Webhooks) into " +
      `STRIPE_WEBHOOK_SECRET, and deploy the secrets: ${
        taskLine(context.options, "deploy --project REF")
      }.`;
    const address = "Correct the cause that is named: SUPABASE_URL (or FARTHING_PUBLIC_URL, if " +
      "it is set), or the deployment of the function " +
      `stripe-webhook (${taskLine(context.options, "deploy --project REF")}).`;
    return named(findingOf(all, isAddress ? address : secret), target, context);
  },
};

export const rights: GoLiveStep = {
  code: "preflight.stripe-rights",
  title: "Does the key have the rights that the functions need?",
  source: "stripe",
  run: async (context) =>
    findingOf(
      await checkRights(targetOf(context), hasConnect(context)),
      "Correct the key in Stripe's dashboard (Developers, API keys): add the rights, or set a new key.",
    ),
};

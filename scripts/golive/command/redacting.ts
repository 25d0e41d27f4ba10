/**
 * Steps whose findings never show a secret of the settings or the address of `--email`, also if a
 * library's message has one: the report is signed and passed on.
 */
import { redacted, secretsOf } from "../core/redact.ts";
import { UnreachableError } from "../core/unreachable.ts";
import type { Context, GoLiveStep } from "./context.ts";

/** Not all secrets are in the file of --env-file: these are read from the environment. */
const OF_ENVIRONMENT = ["STRIPE_SETUP_KEY", "SUPABASE_ACCESS_TOKEN"];

function secretsIn({ project: { settings } }: Context): string[] {
  const own = Object.fromEntries(OF_ENVIRONMENT.map((name) => [name, Deno.env.get(name)]));
  return [...secretsOf(settings.values), ...secretsOf(own)];
}

/** An address as the call has it, as Auth stores it, and as it is in a URL. */
function addressesIn({ email }: Context["options"]): string[] {
  if (!email) return [];
  const both = [email, email.toLowerCase()];
  return [...both, ...both.map(encodeURIComponent)];
}

export function redactingStep(step: GoLiveStep): GoLiveStep {
  return {
    ...step,
    async run(context) {
      const secrets = [...secretsIn(context), ...addressesIn(context.options)];
      const hide = (text: string) => redacted(text, secrets);
      try {
        const { evidence, fix, ...finding } = await step.run(context);
        return {
          ...finding,
          evidence: evidence.map(hide),
          ...(fix !== undefined && { fix: hide(fix) }),
        };
      } catch (error) {
        // This error must keep its class, which the runner needs. Its message has only a host and a
        // reason.
        if (error instanceof UnreachableError) throw error;
        // The runner makes a finding of the message. The cause is left out, because it has the
        // original message, in which the secrets are visible.
        throw new Error(hide(error instanceof Error ? error.message : String(error)));
      }
    },
  };
}

export const redacting = (steps: readonly GoLiveStep[]): readonly GoLiveStep[] =>
  steps.map(redactingStep);

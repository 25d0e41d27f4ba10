/**
 * Wraps steps so that their findings show neither a secret nor the address of `--email`, even if a
 * library's message contains one. Other people read the report.
 */
import { redacted, secretsOf } from "../core/redact.ts";
import { UnreachableError } from "../core/unreachable.ts";
import type { Context, GoLiveStep } from "./context.ts";

/** Secrets that are read from the environment, and not from the file of --env-file. */
const OF_ENVIRONMENT = ["STRIPE_SETUP_KEY", "SUPABASE_ACCESS_TOKEN"];

function secretsIn({ project: { settings } }: Context): string[] {
  const own = Object.fromEntries(OF_ENVIRONMENT.map((name) => [name, Deno.env.get(name)]));
  return [...secretsOf(settings.values), ...secretsOf(own)];
}

/**
 * Returns the email address in each of its forms: as it was given, in lower case as Auth stores it,
 * and encoded for a URL.
 */
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
        // The error itself is thrown, because run-steps.ts needs the error's class. The message
        // contains no secret, only a host and a reason.
        if (error instanceof UnreachableError) throw error;
        // run-steps.ts turns the message into a finding. The error's cause is left out, because the
        // cause's message still contains the secrets.
        throw new Error(hide(error instanceof Error ? error.message : String(error)));
      }
    },
  };
}

export const redacting = (steps: readonly GoLiveStep[]): readonly GoLiveStep[] =>
  steps.map(redactingStep);

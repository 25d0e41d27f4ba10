/**
 * Steps whose findings never show a secret of the settings or the address of `--email`, also if a
 * library's message has one: the report is signed and passed on.
 */
import { redacted, secretsOf } from "../core/redact.ts";
import { UnreachableError } from "../core/unreachable.ts";
import type { Context, GoLiveStep } from "./context.ts";

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
      const { project, options } = context;
      const secrets = [...secretsOf(project.settings.values), ...addressesIn(options)];
      const hide = (text: string) => redacted(text, secrets);
      try {
        const { evidence, fix, ...finding } = await step.run(context);
        return {
          ...finding,
          evidence: evidence.map(hide),
          ...(fix !== undefined && { fix: hide(fix) }),
        };
      } catch (error) {
        // Its message has a host and a reason, and no secret. The runner knows it by its class.
        if (error instanceof UnreachableError) throw error;
        // The runner makes the message a finding. The cause is left out: it is the unhidden message.
        throw new Error(hide(error instanceof Error ? error.message : String(error)));
      }
    },
  };
}

export const redacting = (steps: readonly GoLiveStep[]): readonly GoLiveStep[] =>
  steps.map(redactingStep);

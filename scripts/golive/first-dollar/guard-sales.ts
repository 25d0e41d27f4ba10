/**
 * Guards steps that may fail while the feature is on. If a step has shown that buyers pay and get
 * no credits, sales are switched off, because the next customer would lose money, too. After any
 * other failure, sales stay on, and the step says how to switch them off. Sales also stay on after
 * an error, because an error shows nothing about the credits.
 */
import { hasOpened } from "../canary/own-flag.ts";
import { rollBack } from "../canary/roll-back.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { redactingStep } from "../command/redacting.ts";
import { taskLine } from "../command/task-line.ts";
import type { Finding } from "../core/step.ts";
import { UnreachableError } from "../core/unreachable.ts";
import { describeFlag, flagNow } from "../shared/canary-flags.ts";
import { type FlagName, readFlags } from "../shared/flags.ts";

/** The flags to switch off. `b2c` is always one of them, because it controls the checkout. */
const flagsOf = ({ options }: Context): FlagName[] => [...new Set(["b2c", options.flag] as const)];

/** Returns a sentence for each flag: its state, and how to switch it off. */
async function flagsNow(context: Context): Promise<string[]> {
  const { project, options } = context;
  const settings = await readFlags(project).catch(() => undefined);
  return flagsOf(context).map((flag) => {
    const back = taskLine(options, `golive rollback --flag ${flag}`);
    if (settings === undefined) {
      return `it is unknown whether ${flag} is on, because the flags can't be read. ` +
        `To switch it off: ${back}`;
    }
    const now = flagNow(settings, flag);
    const is = describeFlag(flag, now);
    return now === undefined || now.state === "off" ? is : `${is}. To switch it off: ${back}`;
  });
}

/**
 * Switches off `b2c` first, because this flag stops the sales. Then switches off the launched flag.
 */
async function stopSales(context: Context, why: string, finding: Finding): Promise<Finding> {
  const findings: Finding[] = [];
  for (const flag of flagsOf(context)) {
    const options = { ...context.options, flag };
    findings.push(await rollBack({ ...context, options }, why, []));
  }
  const fixes = [...findings, finding].flatMap(({ fix }) => fix ?? []);
  return {
    ...findings[0]!,
    evidence: [...findings.flatMap(({ evidence }) => evidence), ...finding.evidence],
    fix: [...new Set(fixes)].join(" "),
  };
}

/**
 * The guard adds the reasons of the flags to the finding (`flagsNow`). People have typed these
 * reasons, so a reason may contain a secret. Therefore secrets are hidden after the guard.
 */
export const guardSales = (step: GoLiveStep): GoLiveStep =>
  redactingStep({
    ...step,
    async run(context) {
      let finding: Finding;
      try {
        finding = await step.run(context);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const said = [message, ...await flagsNow(context)].join(". ");
        if (!(error instanceof UnreachableError)) throw new Error(said);
        // The same error is thrown, because run-steps.ts needs the error's class to recognize that
        // a host does not answer.
        error.message = said;
        throw error;
      }
      if (finding.state !== "failed") return finding;
      return finding.owes
        ? await stopSales(context, `${step.code} failed`, finding)
        : { ...finding, evidence: [...finding.evidence, ...await flagsNow(context)] };
    },
  });

/**
 * Guards a check, but only if the canary has already opened the flag, for example when a resumed
 * run repeats the check. Before that, sales are off, so the check needs no guard.
 */
export const guardSalesIfOpen = (step: GoLiveStep): GoLiveStep => ({
  ...step,
  run: (context) => (hasOpened(context) ? guardSales(step) : step).run(context),
});

/** The commands that correct what is wrong with the webhook endpoints at Stripe. */
import type { Options } from "../command/options.ts";
import { taskLine } from "../command/task-line.ts";
import type { Finding } from "../../stripe/check.ts";

const BY_HAND = "Correct it in Stripe's dashboard, Developers, Webhooks.";

/**
 * Returns the commands for these findings. `--write` stores the secret of a new webhook endpoint,
 * so only a command that makes a new endpoint has this option. A command has `--update` or
 * `--replace` only if an existing endpoint must change.
 */
export function setupFix(
  findings: readonly Pick<Finding, "state" | "setup" | "refusal">[],
  options: Pick<Options, "envFile" | "project">,
  withConnect: boolean,
): string {
  const refusal = findings.find((each) => each.refusal !== undefined)?.refusal;
  if (refusal !== undefined) return refusal;
  const cures = new Set(findings.flatMap(({ state, setup }) => state === "ok" ? [] : setup ?? []));
  const removals = [...cures].filter((cure) => cure.startsWith("--remove"));
  const changes = [...cures].filter((cure) => !cure.startsWith("--remove"));
  const connect = withConnect ? "" : " --without-connect";
  const setup = (more: string) => taskLine(options, `stripe:setup${connect}${more}`);
  const makesOne = changes.some((cure) => cure === "" || cure === "--replace");
  const file = makesOne ? ` --write ${options.envFile ?? "FILE"}` : "";
  const flags = changes.filter((cure) => cure !== "").map((cure) => ` ${cure}`).join("");
  const lines = [
    ...(changes.length > 0 ? [`${setup(`${flags}${file}`)}`] : []),
    ...removals.map((cure) => setup(` ${cure}`)),
  ];
  if (lines.length === 0) return BY_HAND;
  const deploys = makesOne ? "; then deploy the new secret" : "";
  return `${lines.join("; ")}${deploys}.`;
}

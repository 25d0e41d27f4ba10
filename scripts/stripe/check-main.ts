/** `deno task stripe:check`: checks whether the settings at Stripe match those of the functions. */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { formatTable, print, taskArguments } from "@farthing/command-line";
import { checkStripe, type Finding } from "./check.ts";
import { headline, run } from "./run-command.ts";
import { readTarget, TARGET_OPTIONS, TARGET_USAGE } from "./target.ts";

const USAGE = `Usage: deno task stripe:check [options]

Compares Stripe's webhook endpoints with what the functions read (API version, events, address), checks
that the function answers and knows its signing secrets, and checks each right that a restricted key
needs. Nothing is created or changed. Exits with 1 if something is wrong.

${TARGET_USAGE}`;

const PAINT: Readonly<Record<Finding["state"], (text: string) => string>> = {
  ok: pc.green,
  note: pc.yellow,
  wrong: pc.red,
};

await run(USAGE, async () => {
  const { values } = parseArgs({ args: taskArguments(Deno.args), options: TARGET_OPTIONS });
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const target = readTarget(values);
  print(headline(target));
  const findings = await checkStripe(target, !values["without-connect"]);
  const rows = findings.map(({ subject, state, text }) => [PAINT[state](state), subject, text]);
  print(formatTable([{ title: "" }, { title: "" }, { title: "" }], rows));
  const wrong = findings.filter(({ state }) => state === "wrong").length;
  print(`\n${wrong === 0 ? pc.green("Nothing is wrong.") : pc.red(`${wrong} wrong.`)}`);
  return wrong === 0 ? 0 : 1;
});

/** `deno task stripe:setup`: creates the webhook endpoints that the functions need. */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { API_VERSION } from "../../supabase/functions/_shared/adapters/stripe/client.ts";
import { SettingsError } from "../project/project-settings.ts";
import { print, printError, taskArguments } from "@farthing/command-line";
import { type Endpoint, problemsOf, type Wanted, wantedEndpoints } from "./endpoints.ts";
import { asked } from "./explain-error.ts";
import { carryOut, keepsOpen, nameOf, planSteps, type Step } from "./plan-endpoints.ts";
import { headline, run } from "./run-command.ts";
import { secretsLine, storeCommand, tryWrite, writeSecrets } from "./secrets.ts";
import { listEndpoints, readTarget, type Target, TARGET_OPTIONS, TARGET_USAGE } from "./target.ts";

const USAGE = `Usage: deno task stripe:setup [options]

Creates both webhook endpoints by Stripe's API, for the account and for connected accounts, with the API
version and the events that the functions read. A right endpoint is left unchanged. A wrong endpoint is
reported, and corrected with --update or --replace. Exits with 1 if an endpoint stays wrong.

  --dry-run          show the steps and do nothing
  --write FILE       write new signing secrets to this dotenv file instead of showing them
  --update           correct what Stripe lets you change: events, a disabled endpoint
  --replace          create a new endpoint beside one with another API version, which can't be changed.
                     Both deliver until you remove the old one; an event that arrives twice counts once
  --remove ID        remove an endpoint, after the secret of its successor is set

${TARGET_USAGE}`;

const OPTIONS = {
  ...TARGET_OPTIONS,
  "dry-run": { type: "boolean", default: false },
  "write": { type: "string" },
  "update": { type: "boolean", default: false },
  "replace": { type: "boolean", default: false },
  "remove": { type: "string" },
} as const;

type Values = ReturnType<typeof readArguments>;

function readArguments(args: string[]) {
  return parseArgs({ args: taskArguments(args), options: OPTIONS }).values;
}

function describe(step: Step): string {
  const { kind, events } = step.wanted;
  const name = `the endpoint for ${nameOf(kind)}`;
  if (step.does === "create") {
    const beside = step.replaces === null ? "" : `, beside ${step.replaces.id}`;
    return `create ${name}: ${API_VERSION}, events: ${events.length}${beside}`;
  }
  const problems = problemsOf(step.endpoint, step.wanted);
  const texts = problems.map(({ text, cure }) => `\n    ${text} (${cure})`).join("");
  if (step.does === "keep") return `leave ${name}, ${step.endpoint.id}: it is right${texts}`;
  return `${step.does} ${name}, ${step.endpoint.id}:${texts}`;
}

/**
 * Writes the secrets to the file. If this fails, prints the error and returns false, so that the
 * caller can print the secrets: Stripe does not show them again.
 */
async function isWritten(file: string, secrets: readonly string[]): Promise<boolean> {
  try {
    await writeSecrets(file, secrets);
    return true;
  } catch (error) {
    printError(pc.red(`\n${error instanceof Error ? error.message : error}`));
    return false;
  }
}

/**
 * Prints the secrets, or writes them to the file. Returns false if the file could not be written.
 */
async function tellSecrets(
  secrets: readonly string[],
  hasOthers: boolean,
  values: Values,
): Promise<boolean> {
  if (secrets.length === 0) return true;
  // Suggest `deno task deploy` only with --project. An address that was given with --url may belong
  // to a stack that is not a hosted project.
  const next = values.project === undefined
    ? "Now give the secrets to the functions:"
    : "`deno task deploy` gives them to the functions. To set only the secrets:";
  const hasFile = values.write !== undefined && await isWritten(values.write, secrets);
  if (hasFile) {
    print(`\nThe signing secrets are in ${values.write}. ${next}`);
  } else {
    print("\nStripe shows the signing secrets only once. Put this line into your dotenv file:\n");
    print(pc.bold(secretsLine(secrets, hasOthers)));
    print(`\n${next}`);
  }
  print(`\n  ${storeCommand(values.write ?? values["env-file"] ?? ".env", values.project)}`);
  return hasFile || values.write === undefined;
}

/**
 * Carries out all steps. If Stripe refuses one webhook endpoint, the secret of the other endpoint
 * is still printed, because Stripe shows a secret only once.
 */
async function perform(target: Target, steps: readonly Step[], values: Values): Promise<number> {
  const makesSecrets = steps.some(({ does }) => does === "create");
  if (makesSecrets && values.write !== undefined) await tryWrite(values.write);
  const secrets: string[] = [];
  let left = 0;
  for (const step of steps) {
    print(describe(step));
    try {
      const { id, secret } = await carryOut(target.setup, step);
      if (secret !== null) secrets.push(secret);
      if (step.does !== "leave" && step.does !== "keep") print(pc.green(`  done: ${id}`));
      if (step.does === "leave") left += 1;
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      left += 1;
      printError(pc.red(`  ${error.message}`));
      if (step.wanted.kind === "connect") {
        print("  If you have no bookings, add --without-connect.");
      }
    }
  }
  if (!await tellSecrets(secrets, steps.some(isOld), values)) left += 1;
  const replaced = steps.flatMap((step) => step.does === "create" ? step.replaces ?? [] : []);
  for (const { id } of replaced) {
    print(`\nThen remove the old endpoint: stripe:setup --remove ${id}`);
  }
  return left === 0 ? 0 : 1;
}

/** Returns whether events are still signed with an older secret after this step. */
function isOld(step: Step): boolean {
  return step.does !== "create" || step.replaces !== null;
}

async function remove(
  target: Target,
  wanted: readonly Wanted[],
  all: readonly Endpoint[],
  { remove: id = "", "dry-run": isDry }: Values,
): Promise<number> {
  const reason = keepsOpen(id, wanted, all);
  if (reason !== null) {
    throw new SettingsError(
      `${id} is not removed: ${reason}. You can remove it in Stripe's dashboard.`,
    );
  }
  if (!isDry) await asked(target.setup.webhookEndpoints.del(id));
  print(isDry ? `remove ${id}` : pc.green(`${id} is removed.`));
  print(
    "Remove its secret from STRIPE_WEBHOOK_SECRET when you next set that variable. Until then " +
      "the secret does no harm.",
  );
  return 0;
}

await run(USAGE, async () => {
  const values = readArguments(Deno.args);
  if (values.help) {
    print(USAGE);
    return 0;
  }
  const target = readTarget(values);
  print(headline(target));
  const wanted = wantedEndpoints(target.url, !values["without-connect"]);
  const all = await listEndpoints(target);
  if (values.remove !== undefined) return await remove(target, wanted, all, values);
  const steps = planSteps(wanted, all, values);
  if (!values["dry-run"]) return await perform(target, steps, values);
  for (const step of steps) print(`would ${describe(step)}`);
  return 0;
});

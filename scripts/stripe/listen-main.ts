/**
 * `deno task stripe:listen`: prints a command for Stripe's own CLI. The command forwards the events
 * that the functions read.
 */
import { parseArgs } from "node:util";
import { EVENT_TYPES } from "../../supabase/functions/_shared/adapters/stripe/stored-facts.ts";
import { SettingsError } from "../project/project-settings.ts";
import { print, taskArguments } from "@farthing/command-line";
import { run } from "./run-command.ts";

const USAGE = `Usage: deno task stripe:listen [--url http://127.0.0.1:54321]

Prints the command with which Stripe's CLI forwards test events to functions on this machine.`;

await run(USAGE, () => {
  const { values } = parseArgs({
    args: taskArguments(Deno.args),
    options: {
      url: { type: "string", default: "http://127.0.0.1:54321" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (!URL.canParse(values.url)) {
    throw new SettingsError("--url must be the project's address, such as http://127.0.0.1:54321.");
  }
  const address = `${new URL(values.url).origin}/functions/v1/stripe-webhook`;
  const forward = `--forward-to ${address} --forward-connect-to ${address}`;
  const command = `stripe listen ${forward} --events ${EVENT_TYPES.join(",")}`;
  print(values.help ? USAGE : command);
  return Promise.resolve(0);
});

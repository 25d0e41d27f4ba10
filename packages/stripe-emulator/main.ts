/**
 * `deno task stripe` runs the emulator without the stack, to try requests against it. Ctrl-C ends
 * it.
 */
import { print, taskArguments } from "@farthing/command-line";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { createStripeEmulator } from "./mod.ts";

const HELP = `deno task stripe [--port 54326] [--key sk_test_…] [--webhook URL] [--data FILE]

  --port     the port on 127.0.0.1
  --key      the secret key it accepts
  --webhook  the URL of a receiver for every event
  --data     file that stores the state between runs; without it the state is lost`;

const { values } = parseArgs({
  args: taskArguments(Deno.args),
  options: {
    port: { type: "string", default: "54326" },
    key: { type: "string", default: "sk_test_local" },
    webhook: { type: "string" },
    data: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  print(HELP);
  Deno.exit(0);
}

const webhookSecret = "whsec_local";
const url = `http://127.0.0.1:${values.port}`;
const emulator = createStripeEmulator({
  apiKey: values.key,
  publicUrl: url,
  webhookSecret,
  ...(values.webhook && { webhookUrl: values.webhook }),
  ...(values.data && { dataFile: values.data }),
});
const server = Deno.serve(
  { hostname: "127.0.0.1", port: Number(values.port), onListen: () => {} },
  emulator.fetch,
);
print(`${pc.bold("Stripe emulator")}  ${pc.cyan(url)}`);
print(`${pc.bold("Secret key")}       ${values.key}`);
print(`${pc.bold("Webhook secret")}   ${webhookSecret}`);
Deno.addSignalListener("SIGINT", async () => {
  await emulator.close();
  await server.shutdown();
  Deno.exit(0);
});

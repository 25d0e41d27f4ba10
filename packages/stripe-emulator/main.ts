/**
 * `deno task stripe` runs the emulator without the stack, to try requests against it. Ctrl-C ends
 * it.
 */
import { print, taskArguments } from "@farthing/command-line";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { createStripeEmulator } from "./mod.ts";

const HELP = `deno task stripe [--live] [--port 54326] [--key sk_…] [--webhook URL]
                 [--data FILE]

  --live     live mode: keys sk_live_…, objects with livemode: true. No money moves.
  --port     the port on 127.0.0.1
  --key      the secret key it accepts
  --webhook  the URL of a receiver for every event
  --data     file that stores the state between runs; without it the state is lost`;

const { values } = parseArgs({
  args: taskArguments(Deno.args),
  options: {
    port: { type: "string", default: "54326" },
    live: { type: "boolean", default: false },
    key: { type: "string" },
    webhook: { type: "string" },
    data: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  print(HELP);
  Deno.exit(0);
}

const mode = values.live ? "live" : "test";
const apiKey = values.key ?? `sk_${mode}_local`;
const webhookSecret = values.live ? "whsec_local_live" : "whsec_local";
const url = `http://127.0.0.1:${values.port}`;
const emulator = createStripeEmulator({
  mode,
  apiKey,
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
if (values.live) {
  print(pc.yellow("Live mode of the emulator: no money moves, even with a live key."));
}
print(`${pc.bold("Secret key")}       ${apiKey}`);
print(`${pc.bold("Webhook secret")}   ${webhookSecret}`);
Deno.addSignalListener("SIGINT", async () => {
  await emulator.close();
  await server.shutdown();
  Deno.exit(0);
});

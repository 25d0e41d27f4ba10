/** The Stripe emulator on a port of its own. */
import { join } from "node:path";
import type { StackContext } from "./context.ts";
import { listen, type Listener } from "./listen.ts";
import type { Plugin } from "./plugin.ts";

interface Emulator {
  fetch(request: Request): Response | Promise<Response>;
  close(): Promise<void>;
}

type Create = (options: {
  apiKey: string;
  webhookSecret: string;
  publicUrl: string;
  dataFile: string;
}) => Emulator | Promise<Emulator>;

export function stripePlugin(): Plugin {
  let emulator: Emulator | undefined;
  let listener: Listener | undefined;
  let detail = "Stripe emulator";
  return {
    name: "stripe",
    async start({ keys, urls, ports, options }: StackContext) {
      const file = new URL("./stripe/mod.ts", import.meta.url);
      if (!await Deno.stat(file).then(() => true, () => false)) {
        detail = "off: this tree has no Stripe emulator";
        return;
      }
      const { createStripeEmulator } = await import(file.href) as { createStripeEmulator: Create };
      emulator = await createStripeEmulator({
        apiKey: keys.stripeSecretKey,
        webhookSecret: keys.stripeWebhookSecret,
        publicUrl: urls.stripe,
        dataFile: join(options.dataDir, "stripe.json"),
      });
      const { fetch } = emulator;
      listener = listen(ports.stripe, "Stripe emulator", (request) => fetch(request));
    },
    async stop() {
      await listener?.close();
      await emulator?.close();
      listener = emulator = undefined;
    },
    health: () => Promise.resolve({ ok: emulator !== undefined, detail }),
  };
}

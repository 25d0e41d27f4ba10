/**
 * The Stripe emulator, on a port of its own. It delivers its events to the Edge Function
 * `stripe-webhook`.
 */
import { createStripeEmulator, type StripeEmulator } from "@farthing/stripe-emulator";
import { join } from "node:path";
import { listen, type Listener } from "../core/listen.ts";
import type { Plugin } from "../stack/plugin.ts";

export function stripePlugin(): Plugin {
  let emulator: StripeEmulator | undefined;
  let listener: Listener | undefined;
  let detail = "";
  return {
    name: "stripe",
    async start({ keys, urls, ports, options }) {
      detail = options.live ? "emulator, live mode: no money moves" : "emulator, test mode";
      const created = createStripeEmulator({
        mode: options.live ? "live" : "test",
        apiKey: keys.stripeSecretKey,
        webhookSecret: keys.stripeWebhookSecret,
        webhookUrl: `${urls.api}/functions/v1/stripe-webhook`,
        publicUrl: urls.stripe,
        dataFile: join(options.dataDir, "stripe.json"),
      });
      emulator = created;
      const port = { port: ports.stripe, purpose: "Stripe emulator", offset: options.offset };
      listener = await listen(port, (request) => created.fetch(request));
    },
    async stop() {
      await listener?.close();
      await emulator?.close();
      listener = emulator = undefined;
    },
    health: () => Promise.resolve({ ok: emulator !== undefined, detail }),
  };
}

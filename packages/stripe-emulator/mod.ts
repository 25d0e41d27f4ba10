/**
 * A local Stripe: one server that stores its state and has the API, the hosted checkout page and
 * signed webhooks. README.md describes its objects, and the requests with which tests control it.
 */
import { createApp } from "./app.ts";
import type { Options } from "./core/settings.ts";
import { createEngine } from "./engine/engine.ts";

export interface StripeEmulator {
  fetch(request: Request): Promise<Response>;
  /** Aborts deliveries in progress, and writes the state that is not yet in the file. */
  close(): Promise<void>;
}

/** Creates an emulator. The caller serves `fetch` at `publicUrl`. */
export function createStripeEmulator(options: Options): StripeEmulator {
  const engine = createEngine(options);
  const app = createApp(engine);
  return {
    fetch: async (request) => await app.fetch(request),
    close: () => engine.close(),
  };
}

/**
 * A local Stripe: one stateful server with the API, the hosted checkout page and signed webhooks.
 * What it can do and how it is controlled is in README.md beside this file.
 */
import { createApp } from "./app.ts";
import type { Options } from "./core/settings.ts";
import { createEngine } from "./engine/engine.ts";

export interface StripeEmulator {
  fetch(request: Request): Promise<Response>;
  /** Ends deliveries under way and writes what is unwritten. */
  close(): Promise<void>;
}

/** Makes an emulator; whoever calls serves `fetch` at `publicUrl`. */
export function createStripeEmulator(options: Options): StripeEmulator {
  const engine = createEngine(options);
  const app = createApp(engine);
  return {
    fetch: async (request) => await app.fetch(request),
    close: () => engine.close(),
  };
}

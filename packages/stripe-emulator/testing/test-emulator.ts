import Stripe from "stripe";
import type { Options } from "../core/settings.ts";
import { createStripeEmulator } from "../mod.ts";

export const EMULATOR_KEY = "sk_test_emulator_key_1234";
export const EMULATOR_LIVE_KEY = "sk_live_emulator_key_1234";

/** An emulator on its own port, an SDK client connected to it, and a clock that the test sets. */
export interface TestEmulator {
  url: string;
  stripe: Stripe;
  clock: { now: Date };
  /** Sends a request under `/_emulator`. */
  control(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  client(options?: Partial<Stripe.StripeConfig>, key?: string): Stripe;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startTestEmulator(options: Partial<Options> = {}): Promise<TestEmulator> {
  const clock = { now: new Date() };
  const late: { fetch: (request: Request) => Promise<Response> } = {
    fetch: () => Promise.resolve(new Response(null, { status: 503 })),
  };
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => late.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const apiKey = options.mode === "live" ? EMULATOR_LIVE_KEY : EMULATOR_KEY;
  const emulator = createStripeEmulator({
    apiKey,
    publicUrl: url,
    now: () => clock.now,
    ...options,
  });
  late.fetch = emulator.fetch;
  const client = (config: Partial<Stripe.StripeConfig> = {}, key = options.apiKey ?? apiKey) =>
    new Stripe(key, {
      host: "127.0.0.1",
      port: server.addr.port,
      protocol: "http",
      httpClient: Stripe.createFetchHttpClient(),
      maxNetworkRetries: 0,
      telemetry: false,
      ...config,
    });
  return await Promise.resolve({
    url,
    clock,
    client,
    stripe: client(),
    async control(method, path, body = {}) {
      const bodied = method === "GET" ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${url}/_emulator${path}`, { method, ...bodied });
      const answer = await response.json();
      if (!response.ok) throw new ControlRefused(response.status, JSON.stringify(answer));
      return answer;
    },
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await server.shutdown();
    },
  });
}

/**
 * An error response to a request under `/_emulator`: a refusal if the status is below 500,
 * otherwise an internal error.
 */
export class ControlRefused extends Error {
  constructor(readonly status: number, answer: string) {
    super(answer);
  }
}

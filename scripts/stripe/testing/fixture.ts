/**
 * The fixture for the tests of `stripe:setup` and `stripe:check`: the emulator, the real webhook
 * function and a dotenv file.
 */
import { parseEnv } from "node:util";
import type Stripe from "stripe";
import { createPayments } from "../../../supabase/functions/_shared/adapters/stripe/create-payments.ts";
import { makeFake } from "../../../tests/support/functions/fakes/services.ts";
import { createApp } from "../../../supabase/functions/stripe-webhook/app.ts";
import {
  EMULATOR_KEY,
  startTestEmulator,
  type TestEmulator,
} from "@farthing/stripe-emulator/testing";

interface Ran {
  readonly code: number;
  readonly said: string;
}

export interface Fixture extends AsyncDisposable {
  readonly emulator: TestEmulator;
  readonly stripe: Stripe;
  /** The webhook function's address. */
  readonly url: string;
  readonly file: string;
  setup(...args: string[]): Promise<Ran>;
  check(...args: string[]): Promise<Ran>;
  endpoints(): Promise<Stripe.WebhookEndpoint[]>;
  secrets(): Promise<string[]>;
}

const RESTRICTED = "rk_test_restricted_1234";
const decoder = new TextDecoder();

export async function run(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<Ran> {
  const path = new URL(`../${program}`, import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", path, ...args],
    env: { NO_COLOR: "1", ...env },
  }).output();
  return { code, said: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Starts the webhook function, which reads the secrets from the file at each request. */
function serveFunction(file: string, answer?: () => Response) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (answer !== undefined) return answer();
    const secrets = parseEnv(await Deno.readTextFile(file)).STRIPE_WEBHOOK_SECRET ?? "whsec_none";
    const { readEvent } = createPayments({
      secretKey: EMULATOR_KEY,
      webhookSecrets: secrets.split(","),
    });
    const fake = await makeFake({ payments: { readEvent } });
    const { method, headers, url } = request;
    const target = url.replace("/functions/v1", "");
    const forwarded = new Request(target, { method, headers, body: await request.text() });
    return await createApp(fake.source).fetch(forwarded);
  });
}

export interface Given {
  readonly rights?: readonly string[];
  readonly key?: string;
  readonly answer?: () => Response;
  readonly env?: Record<string, string>;
}

export async function start({ rights, key, answer, env = {} }: Given = {}): Promise<Fixture> {
  const emulator = await startTestEmulator({ restrictedKeys: { [RESTRICTED]: rights ?? [] } });
  const file = await Deno.makeTempFile({ suffix: ".env" });
  const server = serveFunction(file, answer);
  const base = `http://127.0.0.1:${server.addr.port}`;
  const secretKey = key ?? (rights === undefined ? EMULATOR_KEY : RESTRICTED);
  await Deno.writeTextFile(
    file,
    `STRIPE_SECRET_KEY=${secretKey}\nSTRIPE_API_URL=${emulator.url}\n`,
  );
  const shared = ["--env-file", file, "--url", base];
  const { stripe } = emulator;
  return {
    emulator,
    stripe,
    file,
    url: `${base}/functions/v1/stripe-webhook`,
    setup: (...args) => run("setup-main.ts", [...shared, ...args], env),
    check: (...args) => run("check-main.ts", [...shared, ...args], env),
    endpoints: async () => (await stripe.webhookEndpoints.list()).data,
    secrets: async () => {
      const { STRIPE_WEBHOOK_SECRET } = parseEnv(await Deno.readTextFile(file));
      return STRIPE_WEBHOOK_SECRET?.split(",") ?? [];
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await emulator[Symbol.asyncDispose]();
      await Deno.remove(file);
    },
  };
}

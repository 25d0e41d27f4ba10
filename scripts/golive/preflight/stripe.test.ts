import { deepEqual, equal, match } from "node:assert/strict";
import type { Context } from "../command/context.ts";
import { endpoints, webhookFunction } from "./stripe.ts";

interface Answer {
  readonly status: number;
  readonly body: object;
}

const respond = ({ status, body }: Answer) => Response.json(body, { status });

/**
 * Serves the responses of Stripe and of a webhook function. Stripe lists its endpoints, or refuses
 * the request.
 */
async function withStripe(
  answerOf: (url: string) => Answer,
  use: (context: Context, url: string) => Promise<void>,
): Promise<void> {
  const onListen = () => {};
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen },
    (request) =>
      new URL(request.url).pathname.startsWith("/v1/")
        ? respond(answerOf(new URL(request.url).origin))
        : Response.json({ error: { code: "signature_invalid" } }, { status: 400 }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const envFile = await Deno.makeTempFile();
  await Deno.writeTextFile(
    envFile,
    `STRIPE_SECRET_KEY=sk_test_1\nSTRIPE_API_URL=${url}\n` +
      `SUPABASE_URL=https://abcdefghijklmnopqrst.supabase.co\nFARTHING_PUBLIC_URL=${url}/\n`,
  );
  const context = { options: { envFile }, project: { emulatorUrl: url } } as unknown as Context;
  try {
    await use(context, url);
  } finally {
    await Deno.remove(envFile);
  }
}

const EMPTY = () => ({ status: 200, body: { object: "list", data: [], has_more: false } });

Deno.test("the check takes the address that stripe:setup takes: FARTHING_PUBLIC_URL first", async () => {
  const listOf = (url: string) => ({
    status: 200,
    // The final slash makes this address different from the function's.
    body: {
      ...{ object: "list", has_more: false },
      data: [{ id: "we_1", url: `${url}/functions/v1/stripe-webhook/`, metadata: {} }],
    },
  });
  await withStripe(listOf, async (context, url) => {
    const { evidence } = await endpoints.run(context);
    match(evidence.join("\n"), new RegExp(`we_1 does not deliver to the function: ${url}`));
    equal(evidence.at(-1), `address: ${url}/functions/v1/stripe-webhook`);
  });
});

Deno.test("without a secret in the settings, the check is skipped and shows nothing", async () => {
  await withStripe(EMPTY, async (context) => {
    const { state, evidence } = await webhookFunction.run(context);
    deepEqual([state, evidence], [
      "skipped",
      ["STRIPE_WEBHOOK_SECRET is not set in the settings, so no event could be signed"],
    ]);
  });
});

Deno.test("if the key may not list endpoints, the fix names the right that the key lacks", async () => {
  const message = "The provided key does not have the required permissions: 'rak_webhook_read'";
  const body = { error: { type: "invalid_request_error", message } };
  await withStripe(() => ({ status: 403, body }), async (context) => {
    const { state, fix } = await endpoints.run(context);
    equal(state, "failed");
    match(fix ?? "", /^The key lacks the right webhook_read: add it/);
  });
});

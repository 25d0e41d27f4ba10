/** Serves a fake project on this machine, with responses that the unit tests choose. */
import type { Context } from "../../command/context.ts";

export const ORDER = {
  ...{ order_id: "0198c0de-0000-7000-8000-000000000001", kind: "package", status: "paid" },
  ...{ package_id: "1", package_slug: "starter", package_name: "Starter" },
  ...{ amount: 999, currency: "usd", amount_subtotal: 999, amount_discount: 0, amount_tax: 0 },
  ...{ amount_total: 999, invoice_id: null, has_tax_id: false, amount_refunded: 0 },
  ...{ credits: "9990", bonus_credits: "0", total_credits: "9990", credits_taken_back: "0" },
  ...{ amount_disputed: 0, client_temp_id: null, checkout_session_id: "cs_live_1" },
  ...{ checkout_url: "https://checkout.stripe.com/c/pay/cs_live_1" },
  ...{ created_at: "2026-11-25T08:00:00.000Z", expires_at: "2026-11-25T09:00:00.000Z" },
  paid_at: "2026-11-25T08:01:00.000Z",
};

const USER = { id: "0198c0de-0000-7000-8000-00000000000b", email: "buyer@example.com" };

const SIGNED_IN = {
  ...{ access_token: "a.b.c", token_type: "bearer", expires_in: 3600, refresh_token: "r" },
  user: USER,
};

const NO_ROUTE = () =>
  Response.json({ error: { code: "not_found", message: "" } }, { status: 404 });

export const data = (value: unknown) => (): Response => Response.json({ data: value });

/** A response that says nothing about the buyer's credits, because the function has failed. */
export const broken = (): Response =>
  Response.json({ error: { code: "internal", message: "broken" } }, { status: 500 });

type Answer = (request: Request) => Response | Promise<Response>;

/**
 * The parts that a test defines. `answers` contains the responses of the project, by the last
 * segment of the request's path. The other fields are parts of the run's context.
 */
interface Shop {
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly project?: object;
  readonly options?: object;
  readonly facts?: Readonly<Record<string, string>>;
}

/** Calls `use` with the context of a run whose buyer signs in. */
export async function withShop(
  { answers = {}, project, options, facts }: Shop,
  use: (context: Context) => Promise<void>,
): Promise<void> {
  const known: Readonly<Record<string, Answer>> = {
    ...{ "token": () => Response.json(SIGNED_IN), [ORDER.order_id]: data(ORDER) },
    ...answers,
  };
  const serving = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  await using server = Deno.serve(serving, (request) => {
    const last = new URL(request.url).pathname.split("/").at(-1)!;
    return (known[last] ?? NO_ROUTE)(request);
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const context = {
    project: {
      ...{ url, mode: "live", publishableKey: "sb_publishable_x", secretKey: "sb_secret_x" },
      ...{ settings: { values: {}, source: "a test" }, ...project },
    },
    options: { flag: "b2c", beginsAnew: false, ...options },
    ...{ run: "run-1", tell: () => Promise.resolve() },
    facts: { "first-dollar.order": ORDER.order_id, ...facts },
  };
  await use(context as unknown as Context);
}

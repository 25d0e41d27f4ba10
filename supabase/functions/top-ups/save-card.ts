import { CardBody, CardPage } from "../_shared/contracts/top-ups.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import type { Reply } from "../_shared/http/reply.ts";
import type { Idempotency } from "../_shared/http/idempotency/idempotency.ts";
import { keepRefusal } from "../_shared/http/idempotency/once.ts";
import { returnUrls } from "../_shared/http/input/return-urls.ts";
import type { Services } from "../_shared/http/app-services.ts";

type Data = (typeof CardPage)["_output"];

interface CardCall {
  readonly idempotency: Idempotency;
  readonly services: Services;
}

interface Wanted {
  readonly userId: string;
  readonly accountId: number;
  readonly customerId: string | null;
  readonly urls: ReturnType<typeof returnUrls>;
}

/** Which currency a page for saving is in matters to nobody but Stripe. */
const CURRENCY = "usd";

async function customerOf({ database, payments }: Services, wanted: Wanted): Promise<string> {
  if (wanted.customerId !== null) return wanted.customerId;
  const { userId, accountId } = wanted;
  const made = await (await payments()).createCustomer(userId, accountId);
  const args = { p_user_id: userId, p_customer_id: made };
  return (await withOwnTime(() => database.rpc("customers_attach", args))).customer_id;
}

/** Stripe is asked outside any transaction; if that fails the key is freed, so a retry runs again. */
async function openAtStripe(call: CardCall, wanted: Wanted): Promise<Reply<Data>> {
  const { database, payments, log } = call.services;
  const { p_idempotency_key } = call.idempotency.args;
  try {
    const customerId = await customerOf(call.services, wanted);
    const url = await (await payments()).openCardPage({
      userId: wanted.userId,
      customerId,
      currency: CURRENCY,
      requestKey: p_idempotency_key,
      ...wanted.urls,
    });
    const finish = { p_idempotency_key, p_setup_url: url };
    return await withOwnTime(() => database.rpc("cards_finish", finish));
  } catch (error) {
    const abandoning = withOwnTime(() => database.rpc("cards_abandon", { p_idempotency_key }));
    await abandoning.catch((failure: unknown) => {
      // The key then stays in progress until its lock times out, and a retry takes it over.
      log("warn", "card page not abandoned", { detail: String(failure) });
    });
    throw error;
  }
}

/** Gives the hosted page on which the caller saves a card; its event makes it theirs. */
export const saveCard = defineRoute({
  method: "post",
  path: "/card",
  summary: "Create a page on which to save a card",
  who: ["user"],
  limit: "top-ups",
  idempotent: true,
  feature: "b2c",
  body: CardBody,
  responses: { 201: CardPage },
  asksUpstream: true,
  errors: ["not_found"],
  handler: async (call) => {
    const { caller, body, services, idempotency } = call;
    const urls = returnUrls(body, services.origins);
    const begin = { p_user_id: caller.userId, ...idempotency.args };
    const step = await services.database.rpc("cards_begin", begin)
      .catch(async (error: unknown) => {
        await keepRefusal(call, error);
        throw error;
      });
    if (step.step === "create") {
      return await openAtStripe(call, {
        userId: step.user_id,
        accountId: step.account_id,
        customerId: step.customer_id,
        urls,
      });
    }
    return { status: step.status, data: step.data as Data, replayed: true };
  },
});

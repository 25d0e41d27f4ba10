/**
 * The steps that create a synthetic customer, grant promotional credits to this customer, and
 * charge the customer once for 1,000 input and 500 output tokens of gpt-4o.
 */
import { Balance, Grant } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { Charge } from "../../../supabase/functions/_shared/contracts/usage.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { customerOf } from "../shared/customer.ts";

/** The price list says that 1,000 input and 500 output tokens of gpt-4o cost 50 credits. */
const USE = { model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
const COST = "50";
const GRANTED = "100";

const eventOf = ({ run }: Context, part: string) => `golive-${part}-${run}`;

const useOf = (context: Context, part: string) => ({
  event_id: eventOf(context, part),
  user_id: context.facts["smoke.customer"],
  ...USE,
  correlation_id: context.run,
});

async function balanceOf({ project, facts }: Context): Promise<string> {
  const reply = await ask(project, `credits?user_id=${facts["smoke.customer"]}`);
  return dataOf(reply, 200, Balance).balance;
}

export const customer: GoLiveStep = {
  code: "smoke.customer",
  title: "Can a new customer sign in and read a balance?",
  source: "credits",
  async run(context) {
    const { id, as } = await customerOf(context, "smoke");
    const { balance } = dataOf(await ask(context.project, "credits", { as }), 200, Balance);
    // Later steps compare with this stored balance and not with a fixed number, because the balance
    // may contain welcome credits.
    await context.tell({ "smoke.customer": id, "smoke.balance": balance });
    return found(`customer ${id}, balance ${balance}`);
  },
};

export const grant: GoLiveStep = {
  code: "smoke.grant",
  title: "Does the secret key grant promotional credits?",
  source: "ledger",
  async run(context) {
    const { id } = dataOf(
      await ask(context.project, "credits/grants", {
        body: {
          user_id: context.facts["smoke.customer"],
          ...{ amount: GRANTED, source: "promotional", reason: "go-live smoke test" },
          ...{ reference_id: `golive-${context.run}`, once: true },
        },
      }),
      201,
      Grant,
    );
    return found(`lot ${id}, ${GRANTED} promotional credits`);
  },
};

export const charge: GoLiveStep = {
  code: "smoke.50-credits",
  title: "Do 1,000 + 500 tokens of gpt-4o cost 50 credits?",
  source: "credits",
  async run(context) {
    const reply = await ask(context.project, "usage", { body: useOf(context, "charge") });
    const { credits, balance_after, transaction_id } = dataOf(reply, 201, Charge);
    const evidence = `${credits} credits, balance ${balance_after}, transaction ${transaction_id}`;
    return credits === COST ? found(evidence) : failed(
      evidence,
      "The rate of gpt-4o differs from the published price: read GET /settings/rates, and correct it " +
        "with `deno task rates:import`.",
    );
  },
};

export const idempotency: GoLiveStep = {
  code: "smoke.idempotency",
  title: "Does the same key charge once?",
  source: "ledger",
  async run(context) {
    const key = eventOf(context, "twice");
    const body = useOf(context, "twice");
    const send = () => ask(context.project, "usage", { body, key });
    const replies = [await send(), await send(), await send()];
    const charges = replies.map((reply) => dataOf(reply, 201, Charge).transaction_id);
    const balance = await balanceOf(context);
    const evidence = `3 requests, ${new Set(charges).size} transaction, balance ${balance}`;
    return new Set(charges).size === 1 && balance === context.facts["smoke.balance"]
      ? found(evidence)
      : failed(
        evidence,
        "A key was charged more than once: stop, and run select * from farthing.prove().",
      );
  },
};

import type Stripe from "stripe";
import { onboardProvider } from "../browser.ts";

const back = "http://localhost:3000";

/** Creates an account link of a connected account and returns its URL. */
export async function linkTo(stripe: Stripe, account: string): Promise<string> {
  const { url } = await stripe.accountLinks.create({
    account,
    type: "account_onboarding",
    refresh_url: `${back}/refresh`,
    return_url: `${back}/return`,
  });
  return url;
}

/** Creates a connected account that has finished onboarding and can receive transfers. */
export async function openProvider(
  stripe: Stripe,
  more: Stripe.AccountCreateParams = {},
): Promise<string> {
  const { id } = await stripe.accounts.create({ type: "express", country: "US", ...more });
  await onboardProvider(await linkTo(stripe, id));
  return id;
}

/** Creates a paid destination charge with an application fee. */
export async function payProvider(
  stripe: Stripe,
  destination: string,
  amount: number,
  application_fee_amount: number,
  currency = "usd",
) {
  const intent = await stripe.paymentIntents.create({
    amount,
    currency,
    application_fee_amount,
    transfer_data: { destination },
    payment_method: "pm_card_visa",
    confirm: true,
    expand: ["latest_charge"],
  });
  const { id } = intent.latest_charge as Stripe.Charge;
  return { intent, charge: await stripe.charges.retrieve(id) };
}

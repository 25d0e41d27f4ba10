/**
 * Steps of a top-up: a saved card, the user's terms for top-ups, a falling balance, and the charges
 * at Stripe.
 */
import type { z } from "zod";
import { type Buyer, payCheckout } from "@farthing/stripe-emulator/browser";
import { Debit, Grant } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { PaymentRunnerReport } from "../../../supabase/functions/_shared/contracts/runners.ts";
import { CardPage, TopUps } from "../../../supabase/functions/_shared/contracts/top-ups.ts";
import { withDeliveries, withSql } from "../project/database.ts";
import { backEnd, data, get, post } from "../project/http.ts";
import { type Person, signUp } from "../project/people.ts";
import { stripeOf } from "./stripe.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

export type State = z.output<typeof TopUps>;

const TERMS = { enabled: true, threshold: "1000", target: "5000", monthly_cap: 5000 };

export async function readTopUps(world: World, person: Person): Promise<State> {
  return data(await get(world, "top-ups", person.as), 200, TopUps);
}

/**
 * Runs the payment runner until a person's top-up is in this state, while no test holds webhook
 * deliveries back. A run skips an account that an event has locked, so several runs may be needed.
 */
export function topUpsBecome(
  world: World,
  person: Person,
  what: string,
  isSo: (state: State) => boolean,
): Promise<State> {
  return withDeliveries(world, "shared", () =>
    until(`the top-up is ${what}`, async () => {
      await runPayments(world);
      const state = await readTopUps(world, person);
      return isSo(state) ? state : undefined;
    }));
}

export function chargeBecomes(world: World, person: Person, status: string): Promise<State> {
  const isSo = ({ charges }: State) => charges[0]?.status === status;
  return topUpsBecome(world, person, status, isSo);
}

/** Saves a card on the hosted page, and waits until the event about the card has arrived. */
export async function saveCard(world: World, person: Person, card?: string, browser: Buyer = {}) {
  const before = await cardOf(world, person);
  const page = data(await post(world, "top-ups/card", person.as, {}), 201, CardPage);
  const paid = await payCheckout(page.setup_url, card, browser);
  if (paid.result !== "paid") throw new Error(`the page refused: ${paid.message}`);
  await withDeliveries(world, "shared", () =>
    until("the card is saved", async () => {
      const { payment_method_id } = await cardOf(world, person);
      return payment_method_id !== null && payment_method_id !== before.payment_method_id
        ? true
        : undefined;
    }));
}

interface Card {
  readonly customer_id: string;
  readonly payment_method_id: string | null;
}

/** Reads a person's customer id and payment method id from the database. */
export async function cardOf(world: World, { id }: Person): Promise<Card> {
  const [row] = await withSql(world, (sql) =>
    sql<Card[]>`
    select c.customer_id, c.payment_method_id from farthing.customers c
    join farthing.accounts a using (account_id) where a.owner_id = ${id}`);
  return row ?? { customer_id: "", payment_method_id: null };
}

export async function optIn(world: World, person: Person, terms: object = {}): Promise<State> {
  return data(await post(world, "top-ups", person.as, { ...TERMS, ...terms }), 200, TopUps);
}

/** Signs up a person with credits, a saved card, and terms for top-ups. */
export async function signUpToppedUp(
  world: World,
  { credits = "1000", card, terms }: { credits?: string; card?: string; terms?: object } = {},
): Promise<Person> {
  const person = await signUp(world);
  const grant = { user_id: person.id, amount: credits, source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  await saveCard(world, person, card);
  await optIn(world, person, terms);
  return person;
}

export async function spend(world: World, { id }: Person, amount: string): Promise<void> {
  const body = { user_id: id, amount, reason: "test" };
  data(await post(world, "credits/debits", backEnd(world), body), 201, Debit);
}

/**
 * Runs the payment runner. A scheduled run may start at the same moment; each piece of work is then done by
 * one of the two runs.
 */
export async function runPayments(world: World) {
  return data(await post(world, "payment-runner", backEnd(world), {}), 200, PaymentRunnerReport);
}

/** Waits for the page on which the person confirms a charge, and returns the page's URL. */
export async function linkOf(world: World, person: Person): Promise<string> {
  const { link } = await topUpsBecome(world, person, "linked", (state) => state.link !== null);
  return link!;
}

/** Lists a person's payments at Stripe, both off-session charges and payments on a page. */
export async function paymentsOf(world: World, person: Person) {
  const { customer_id: customer } = await cardOf(world, person);
  return (await stripeOf(world).paymentIntents.list({ customer, limit: 100 })).data;
}

/** Makes a person's top-up due: ends its cool-down, backoff and lease. */
export async function passTime(world: World, { id }: Person): Promise<void> {
  await withSql(world, async (sql) => {
    const account = sql`(select account_id from farthing.accounts where owner_id = ${id})`;
    await sql`update farthing.top_ups set next_attempt_at = now() where account_id = ${account}`;
    await sql`update farthing.top_up_charges set next_attempt_at = now()
      where account_id = ${account} and step in ('charge', 'link')`;
  });
}

/** Lists the email templates of a person's notifications, in order. */
export async function notificationsOf(world: World, { id }: Person): Promise<string[]> {
  const rows = await withSql(world, (sql) =>
    sql<{ template: string }[]>`
    select n.template from farthing.notifications n join farthing.accounts a using (account_id)
    where a.owner_id = ${id} order by n.created_at, n.template`);
  return rows.map(({ template }) => template);
}

export interface Claimed {
  readonly order_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly customer_id: string;
  readonly payment_method_id: string;
}

/**
 * Makes a person's charge due and claims it in the same database transaction, so that no scheduled
 * run claims it first.
 */
export async function claimCharge(world: World, person: Person): Promise<Claimed> {
  return await withSql(world, (sql) =>
    sql.begin(async (transaction) => {
      await transaction`update farthing.top_ups t set next_attempt_at = now()
        from farthing.accounts a where a.account_id = t.account_id and a.owner_id = ${person.id}`;
      const [row] = await transaction<{ claimed: Claimed[] }[]>`
        select farthing_public.top_ups_claim(100) as claimed`;
      const { customer_id } = await cardOf(world, person);
      const own = row?.claimed.find((each) => each.customer_id === customer_id);
      if (own === undefined) throw new Error("the charge is not claimed");
      // The claim may include charges of other tests. Makes them due again, as if they had not been
      // claimed.
      const others = row!.claimed.filter((each) => each !== own).map(({ order_id }) => order_id);
      await transaction`update farthing.top_up_charges
        set attempts = attempts - 1, next_attempt_at = now() where order_id = any (${others})`;
      return own;
    }));
}

/** Postpones a person's top-up by an hour, so that no scheduled run of the payment runner begins it. */
export async function postponeTopUp(world: World, person: Person): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    update farthing.top_ups t set next_attempt_at = now() + interval '1 hour'
    from farthing.accounts a where a.account_id = t.account_id and a.owner_id = ${person.id}`);
}

/** People who are topped up: a saved card, terms, a balance that falls, and what Stripe was asked for. */
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
 * Their top-up, as soon as it is so, while no test holds deliveries back. What a run finds locked, by an
 * event that comes just then, it leaves to the next one: so there is more than one.
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

/** Saves a card on the hosted page, as soon as its event is here. */
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

/** The person's customer and card, as the database knows them. */
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

/** Somebody with so many credits, a saved card and terms. */
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

/** Runs what is due. The database's minute may do so at the same time: then one of the two does it. */
export async function runPayments(world: World) {
  return data(await post(world, "payment-runner", backEnd(world), {}), 200, PaymentRunnerReport);
}

/** The page on which the bank meets its customer. */
export async function linkOf(world: World, person: Person): Promise<string> {
  const { link } = await topUpsBecome(world, person, "linked", (state) => state.link !== null);
  return link!;
}

/** What Stripe was asked to charge a person for, off session or on a page. */
export async function paymentsOf(world: World, person: Person) {
  const { customer_id: customer } = await cardOf(world, person);
  return (await stripeOf(world).paymentIntents.list({ customer, limit: 100 })).data;
}

/** Their waiting is over: cool-down, back-off and lease. */
export async function passTime(world: World, { id }: Person): Promise<void> {
  await withSql(world, async (sql) => {
    const account = sql`(select account_id from farthing.accounts where owner_id = ${id})`;
    await sql`update farthing.top_ups set next_attempt_at = now() where account_id = ${account}`;
    await sql`update farthing.top_up_charges set next_attempt_at = now()
      where account_id = ${account} and step in ('charge', 'link')`;
  });
}

/** The templates of what a person is told of, in order. */
export async function noticesOf(world: World, { id }: Person): Promise<string[]> {
  const rows = await withSql(world, (sql) =>
    sql<{ template: string }[]>`
    select n.template from farthing.notices n join farthing.accounts a using (account_id)
    where a.owner_id = ${id} order by n.created_at, n.template`);
  return rows.map(({ template }) => template);
}

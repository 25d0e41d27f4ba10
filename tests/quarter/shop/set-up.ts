/** Sets up a shop before its first sale: users, packages, rates, an operator and a provider. */
import { onboardProvider } from "@farthing/stripe-emulator/browser";
import type postgres from "postgres";
import type { Quarter, Rate } from "../facts.ts";
import type { Events } from "./events.ts";
import type { Shop } from "./shop.ts";

export const OPERATOR = { operator: "00000000-0000-4000-8000-0000000000ff" };
const SELLER = { user: "00000000-0000-4000-8000-0000000000fe" };

/** Returns the user id of a customer. Customers are named c1, c2 and so on. */
export const userOf = (customer: string) =>
  `00000000-0000-4000-9000-${customer.slice(1).padStart(12, "0")}`;

async function insertUsers({ sql }: Shop, customers: readonly string[]): Promise<void> {
  const ids = [OPERATOR.operator, SELLER.user, ...customers.map(userOf)];
  for (const id of ids) {
    const role = id === OPERATOR.operator ? { role: "operator" } : {};
    await sql`insert into auth.users (id, email, raw_app_meta_data)
      values (${id}, ${`${id}@example.com`}, ${sql.json(role)})`;
  }
}

async function insertCatalogue({ sql }: Shop, { packs, rates }: Quarter): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select farthing.allow_change('sql:test', 'the catalogue of the quarter')`;
    for (const [slug, { credits, bonus, prices }] of Object.entries(packs)) {
      const [[currency, amount], ...others] = Object.entries(prices) as [[string, number]];
      await tx`
        insert into farthing.packages (package_id, version, slug, name, amount, currency, other_prices,
          credits, bonus_credits, effective_from)
        values (${crypto.randomUUID()}, 1, ${slug}, ${slug}, ${amount}, ${currency},
          ${tx.json(Object.fromEntries(others))}, ${credits}, ${bonus}, '2024-05-13T00:00:00Z')`;
    }
    // The limits are high, because one provider takes all bookings, and all buyers pay with the
    // same test card.
    const limits = { bookings_per_provider_hour: 1000, users_per_card_day: 1000 };
    await tx`select farthing.set_policy(${tx.json(limits)}, 'a simulated quarter')`;
  });
  for (const [model, rate] of Object.entries(rates)) {
    await insertRate(sql, model, 1, rate, Date.parse("2024-05-13T00:00:00Z"));
  }
}

/** Inserts a rate. It applies from `fromMs`, in ms since 1970. */
export async function insertRate(
  sql: postgres.Sql,
  model: string,
  version: number,
  rate: Rate,
  fromMs: number,
): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`select farthing.allow_change('sql:test', 'a rate of the quarter')`;
    await tx`
      insert into farthing.rates (model, version, input_per_million_usd, cached_input_per_million_usd,
        cache_write_per_million_usd, output_per_million_usd, reasoning_per_million_usd, markup,
        effective_from)
      values (${model}, ${version}, ${rate.input}, ${rate.cached_input}, ${rate.cache_write},
        ${rate.output}, ${rate.reasoning}, ${rate.markup}, ${new Date(fromMs).toISOString()})`;
  });
}

/**
 * The product has no setting for the expiry of a package's credits, so a trigger sets the expiry of a new
 * lot.
 */
async function limitLots({ sql }: Shop, { packs }: Quarter): Promise<void> {
  const days = Object.entries(packs).flatMap(([slug, pack]) =>
    pack.days ? [[slug, pack.days]] : []
  );
  await sql.unsafe(`
    create function public.end_lot() returns trigger language plpgsql as $$
    begin
      new.expires_at := new.created_at + make_interval(days => (
        select (d.value ->> 1)::int from farthing.orders o
        join farthing.packages p using (package_id)
        join jsonb_array_elements('${JSON.stringify(days)}') d on d.value ->> 0 = p.slug
        where o.account_id = new.account_id and o.order_id = new.order_id));
      return new;
    end
    $$;
    create trigger lots_end before insert on farthing.lots for each row
      when (new.order_id is not null) execute function public.end_lot()`);
}

/** Registers the provider of all bookings. Returns the provider's id. */
async function onboardSeller(shop: Shop, events: Events): Promise<string> {
  const body = { country: "DE", email: "seller@example.com" };
  const { provider_id, onboarding_url } = await shop.endpoints.done(
    "/providers",
    SELLER,
    body,
    201,
  );
  await onboardProvider(onboarding_url);
  const [row] = await shop.sql<{ account: string }[]>`
    select stripe_account_id as account from farthing.providers where provider_id = ${provider_id}`;
  await events.deliverOf(row!.account);
  return provider_id;
}

/** Sets up the shop. Returns the id of the provider with whom customers book. */
export async function setUp(shop: Shop, events: Events, quarter: Quarter): Promise<string> {
  await limitLots(shop, quarter);
  await insertUsers(shop, quarter.customers);
  await insertCatalogue(shop, quarter);
  return await onboardSeller(shop, events);
}

/** Changes the settings of Stripe's hosted page, and sells a package with a price in kronor. */
import type Stripe from "stripe";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { PolicySettings } from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { withSql } from "../support/project/database.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import type { Person } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import type { World } from "../support/project/world.ts";
import { stripeOf } from "../support/money/stripe.ts";

/** Settings by their names. */
export type Settings = Record<string, string | boolean | null>;

export const PRICE = 10_000;

/**
 * Changes settings of the policy. After a 409, reads the version again and repeats the change, as a
 * back end does. A 409 is possible, because Stripe's first event also changes the policy: the event
 * sets the project's mode.
 */
export function set(world: World, changes: Settings) {
  return until("the settings are changed", async () => {
    const { version } = await readPolicy(world);
    const body = { changes, version, reason: "a test of the hosted page" };
    const answer = await post(world, "settings/policy", backEnd(world), body);
    return answer.status === 409 ? undefined : data(answer, 200, SettingsChanged);
  });
}

async function readPolicy(world: World) {
  return data(await get(world, "settings/policy", backEnd(world)), 200, PolicySettings);
}

/** Runs `use` in a shop with these settings, and afterwards restores the defaults. */
export async function withSettings<T>(
  world: World,
  changes: Settings,
  use: () => Promise<T>,
): Promise<T> {
  const { settings } = await readPolicy(world);
  const defaults = settings.filter(({ name }) => name in changes)
    .map((setting) => [setting.name, setting.default]);
  if (defaults.length === 0) return await use();
  await set(world, changes);
  try {
    return await use();
  } finally {
    await set(world, Object.fromEntries(defaults));
  }
}

/** Runs `use` while a package of 1,000 credits and 100 bonus credits costs 100 kronor. */
export async function withPackage<T>(
  world: World,
  use: (packageId: string) => Promise<T>,
): Promise<T> {
  const id = crypto.randomUUID();
  await withSql(world, (sql) =>
    sql`
    insert into farthing.packages
      (package_id, version, name, amount, currency, credits, bonus_credits)
    values (${id}, 1, 'Kronor', ${PRICE}, 'sek', 1000, 100)`);
  try {
    return await use(id);
  } finally {
    await withSql(world, (sql) =>
      sql`
      update farthing.packages set active = false where package_id = ${id}`);
  }
}

/** Opens a checkout and returns it with its session at Stripe. */
export async function open(world: World, buyer: Person, packageId: string) {
  const body = { package_id: packageId };
  const checkout = data(await post(world, "checkout", buyer.as, body), 201, Checkout);
  const session: Stripe.Checkout.Session = await stripeOf(world).checkout.sessions.retrieve(
    checkout.checkout_session_id,
    { expand: ["line_items"] },
  );
  return { checkout, session };
}

/** Creates a promotion code, and returns the code. */
export async function makeCode(world: World, coupon: Stripe.CouponCreateParams): Promise<string> {
  const stripe = stripeOf(world);
  const { id } = await stripe.coupons.create(coupon);
  const code = `CODE-${crypto.randomUUID().slice(0, 8)}`;
  await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: id }, code });
  return code;
}

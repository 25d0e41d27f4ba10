/** Packages and models that only one test uses, so that the prices of other tests do not change. */
import { withSql } from "../support/project/database.ts";
import type { World } from "../support/project/world.ts";

interface Terms {
  name: string;
  amount: number;
  credits: string;
  bonus: string;
}

/** Puts a version of a package on sale. Only the version with the highest number is sold. */
export async function sell(
  world: World,
  packageId: string,
  version: number,
  { name, amount, credits, bonus }: Terms,
): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    insert into farthing.packages
      (package_id, version, name, amount, currency, credits, bonus_credits)
    values (${packageId}, ${version}, ${name}, ${amount}, 'usd', ${credits}, ${bonus})`);
}

/** Takes every version of a package off sale. */
export async function withdraw(world: World, packageId: string): Promise<void> {
  await withSql(
    world,
    (sql) => sql`update farthing.packages set active = false where package_id = ${packageId}`,
  );
}

/**
 * Sets a model's price from now on: USD per million input tokens, USD per million output tokens, and the
 * markup as a factor.
 */
export async function price(
  world: World,
  model: string,
  [input, output, markup]: [string, string, string],
): Promise<void> {
  const rates = [{ model, input_per_million_usd: input, output_per_million_usd: output, markup }];
  await withSql(world, (sql) =>
    sql`
    select farthing_public.settings_rates_set(${sql.json(rates)}, null, 'a test', false)`);
}

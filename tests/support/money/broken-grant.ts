/** Causes a fault in the ledger: a payment is reported, but its credits can't be granted. */
import { alterBriefly } from "../project/alter-table.ts";
import { withSql } from "../project/database.ts";
import type { World } from "../project/world.ts";

/** Makes every grant of this order fail in the database while `use` runs. */
export async function withBrokenGrant(
  world: World,
  orderId: string,
  use: () => Promise<void>,
): Promise<void> {
  const name = `break_${orderId.replaceAll("-", "")}`;
  const alter = (statements: string) =>
    withSql(world, (sql) => alterBriefly(sql, (step) => step.unsafe(statements)));
  await alter(`
    create function farthing.${name}() returns trigger language plpgsql as
      $$ begin raise exception 'disk on fire'; end $$;
    create trigger ${name} before insert on farthing.lots for each row
      when (new.order_id = '${orderId}') execute function farthing.${name}()`);
  try {
    await use();
  } finally {
    await alter(`drop function farthing.${name} cascade`);
  }
}

/**
 * Compares the amounts that customers have paid, as two databases record them. Payments, refunds
 * and disputes can be restored from Stripe's events. Usage is not compared, because Stripe does not
 * know the usage after the snapshot.
 */
import { withSql } from "../shared/database.ts";

interface Figures {
  readonly [name: string]: string;
}

async function figuresOf(url: string): Promise<Figures> {
  const rows = await withSql(url, (sql) =>
    sql<{ name: string; value: string }[]>`
      select 'entries of ' || kind as name, count(*) || ', ' || trim_scale(sum(amount)) as value
      from farthing.entries where kind in ('purchase', 'bonus', 'clawback', 'reinstatement')
      group by kind
      union all select 'orders ' || status, count(*) || ', ' || sum(amount)
      from farthing.orders where payment_ref is not null group by status
      union all select 'events ' || state, count(*)::text from farthing.inbox
      where state in ('processed', 'deferred', 'failed', 'dead') group by state
      order by 1`);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

export interface Compared {
  readonly lines: readonly string[];
  readonly differing: readonly string[];
}

/**
 * Returns a line for each figure that is equal in both databases. For each figure that differs,
 * returns a line with both values.
 */
export function compareFigures(here: Figures, there: Figures): Compared {
  const names = [...new Set([...Object.keys(here), ...Object.keys(there)])].toSorted();
  const differing = names.filter((name) => here[name] !== there[name])
    .map((name) => `${name}: ${here[name] ?? "none"} here, ${there[name] ?? "none"} restored`);
  const lines = names.filter((name) => here[name] === there[name])
    .map((name) => `${name}: ${here[name]} in both`);
  return { lines, differing };
}

export async function comparePaid(hereUrl: string, thereUrl: string): Promise<Compared> {
  return compareFigures(await figuresOf(hereUrl), await figuresOf(thereUrl));
}

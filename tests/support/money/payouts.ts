/** Makes payouts in the emulator, and reads the ledger's records of payouts. */
import type postgres from "postgres";
import { withDeliveries, withPayouts, withSql } from "../project/database.ts";
import { control } from "./stripe.ts";
import { runPayments } from "./top-ups.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

interface Payout {
  readonly id: string;
  readonly amount: number;
}

interface Made {
  readonly deliver?: boolean;
  readonly arrives_in_days?: number;
}

/**
 * Makes a payout of exactly these payments. All of them must have the same currency, because Stripe
 * makes a separate payout for each currency.
 */
export function payOut(world: World, payments: string[], made: Made = {}): Promise<Payout> {
  return withPayouts(world, "shared", () => payOutAlone(world, payments, made));
}

/** Does the same as payOut, for a caller that already holds the exclusive lock of payouts. */
export async function payOutAlone(
  world: World,
  payments: string[],
  made: Made = {},
): Promise<Payout> {
  const body = { payments, release_pending: true, ...made };
  const { data } = await control(world, "POST", "payouts", body);
  return (data as Payout[])[0]!;
}

interface Reconciled {
  readonly ours: number;
  readonly not_ours: number;
}

/**
 * A run of the payment runner does all work that is due, including the work of other tests, so it may take
 * long.
 */
const DEADLINE_MS = 60_000;

/**
 * Runs the payment runner until the payout is reconciled, and returns the counts of its lines. If a
 * run read the payout before Stripe had the list of its transactions, the next attempt is due
 * later. The test makes that attempt due at once.
 */
export function reconciled(world: World, { id }: Payout): Promise<Reconciled> {
  return withDeliveries(world, "shared", () =>
    until(`payout ${id} is reconciled`, async () => {
      await withSql(world, (sql) =>
        sql`
        update farthing.reconciliations set due_at = now()
        where payout_id = ${id} and due_at > now() and attempts > 0`);
      await runPayments(world);
      const [row] = await withSql(world, (sql) =>
        sql<Reconciled[]>`
        select ours, not_ours from farthing.reconciliations
        where payout_id = ${id} and reconciled_at is not null and due_at is null`);
      return row && { ...row };
    }, DEADLINE_MS));
}

/** Reads a payout's unresolved mismatches as text, as the given database transaction sees them. */
export async function mismatchesIn(sql: postgres.ISql, { id }: Payout): Promise<string[]> {
  const rows = await sql<{ text: string }[]>`
    select format('%s %s: %s, %s', kind, subject, coalesce(ours, '-'), coalesce(theirs, '-')) as text
    from farthing.mismatches where payout_id = ${id} and resolved_at is null order by 1`;
  return rows.map(({ text }) => text);
}

export function mismatchesOf(world: World, payout: Payout): Promise<string[]> {
  return withSql(world, (sql) => mismatchesIn(sql, payout));
}

/** Runs the reconciliation. On a deployment, a scheduled task runs it every 15 minutes. */
export async function retryReconciliation(world: World): Promise<void> {
  await withSql(world, (sql) => sql`select farthing.retry_reconciliation()`);
}

/** Reads a payout's amount, status, reconciliation and failure code from the database. */
async function payoutAs(world: World, { id }: Payout): Promise<string | undefined> {
  const [row] = await withSql(world, (sql) =>
    sql<{ text: string }[]>`
    select concat_ws(' ', amount, status, reconciliation, failure_code) as text
    from farthing.payouts where payout_id = ${id}`);
  return row?.text;
}

export function payoutBecomes(world: World, payout: Payout, wanted: string) {
  return withDeliveries(
    world,
    "shared",
    () =>
      until(`payout ${payout.id} is ${wanted}`, async () => {
        return await payoutAs(world, payout) === wanted || undefined;
      }),
  );
}

/**
 * Returns true if the payout is late. Cancels the payout in a database transaction that is rolled
 * back. If this cancellation reduces farthing.late_payouts() by one, the payout is late.
 */
export async function isLate(world: World, { id }: Payout): Promise<boolean> {
  let isOneFewer = false;
  const undone = new Error("rolled back");
  // If an event of the payout is applied at the same moment, the update fails under the isolation
  // level repeatable read, and the transaction is repeated.
  await until(
    `payout ${id} is counted`,
    () =>
      withSql(world, (sql) =>
        sql.begin("isolation level repeatable read", async (tx) => {
          const count = async () =>
            (await tx`select farthing.late_payouts()::int as late`)[0]!.late;
          const before = await count();
          await tx`update farthing.payouts set status = 'canceled' where payout_id = ${id}`;
          isOneFewer = await count() === before - 1;
          throw undone;
        })).catch((error) => {
          if (error !== undone) throw error;
          return true;
        }),
  );
  return isOneFewer;
}

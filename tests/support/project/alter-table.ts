/** Alters tables while other tests use them. */
import type postgres from "postgres";
import { delay } from "@farthing/command-line";

type Sql = postgres.Sql<Record<string, never>>;

/**
 * The SQLSTATEs lock_not_available and deadlock_detected. After either of them, the transaction was rolled
 * back and can be repeated.
 */
const LOCKED = ["55P03", "40P01"];
const DEADLINE_MS = 60_000;
const PAUSE_MS = 50;

/**
 * Runs `alter` in a transaction and returns its result. If the wait for a lock exceeds 100 ms, the
 * transaction is repeated. A longer wait would harm other tests: all later statements on the table
 * would queue behind the waiting `alter`, and exceed their lock timeouts.
 */
export async function alterBriefly<T>(
  sql: Sql,
  alter: (step: postgres.TransactionSql<Record<string, never>>) => Promise<T>,
): Promise<T> {
  for (const end = performance.now() + DEADLINE_MS;;) {
    try {
      const { result } = await sql.begin(async (step) => {
        await step`set local lock_timeout = '100ms'`;
        return { result: await alter(step) };
      });
      return result;
    } catch (error) {
      const isLocked = LOCKED.includes((error as { code?: string }).code ?? "");
      if (!isLocked || performance.now() >= end) throw error;
      await delay(PAUSE_MS);
    }
  }
}

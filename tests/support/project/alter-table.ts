/** Alters tables that all tests use at the same time. */
import type postgres from "postgres";
import { delay } from "@farthing/command-line";

type Sql = postgres.Sql<Record<string, never>>;

/** The SQLSTATEs lock_not_available and deadlock_detected. The transaction was rolled back. */
const LOCKED = ["55P03", "40P01"];
const DEADLINE_MS = 60_000;
const PAUSE_MS = 50;

/**
 * Runs `alter` in a transaction and returns its result. Repeats the transaction until it gets each
 * lock within 100 ms. A longer wait for a table lock would block all other tests, beyond their lock
 * timeouts.
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

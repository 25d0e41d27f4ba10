/** Reads and sets the flags by SQL, for a rollback of a project whose functions do not respond. */
import type postgres from "postgres";
import { FlagSettings } from "../../../supabase/functions/_shared/contracts/settings/flags.ts";
import { withSql } from "./database.ts";
import type { FlagChange, Flags } from "./flags.ts";

/**
 * Runs `use` in a transaction that waits only a short time for other transactions' locks. When the
 * disk is full, the platform makes the database read-only. This transaction can write even then.
 */
async function inShortTransaction<T>(
  databaseUrl: string,
  use: (sql: postgres.TransactionSql) => Promise<T>,
): Promise<T> {
  return await withSql(databaseUrl, async (sql) =>
    await sql.begin("read write", async (step) => {
      await step`select set_config('lock_timeout', '5s', true),
        set_config('statement_timeout', '15s', true)`;
      return await use(step);
    }) as T);
}

export async function readFlagsBySql(databaseUrl: string): Promise<Flags> {
  const [row] = await inShortTransaction(databaseUrl, (sql) =>
    sql<{ flags: unknown }[]>`
    select farthing_public.settings_flags() as flags`);
  return FlagSettings.parse(row?.flags);
}

/** Sets flags with an author and a reason in the audit. */
export async function setFlagsBySql(
  databaseUrl: string,
  flags: readonly FlagChange[],
  reason: string,
): Promise<void> {
  await inShortTransaction(databaseUrl, (sql) =>
    sql`
    select farthing_public.settings_flags_set(p_flags => ${sql.json(flags as never)},
      p_reason => ${reason}, p_dry_run => false)`);
}

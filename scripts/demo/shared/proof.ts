import postgres from "postgres";
import type { Service } from "./service.ts";

/**
 * Returns the violations that the ledger's proof finds in the whole database, one line each. If
 * there is none, balances, lots, entries and orders agree.
 */
export async function readViolations({ databaseUrl }: Service): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const violations = await sql`select to_jsonb(v)::text as violation from farthing.prove() v`;
    return violations.map(({ violation }) => String(violation));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

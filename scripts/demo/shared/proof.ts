import pc from "picocolors";
import postgres from "postgres";
import type { Service } from "./service.ts";

/**
 * Returns the violations that the ledger's proof finds in the whole database, one line each. If
 * there are none, balances, lots, entries and orders agree.
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

/** Formats the result of the ledger's proof. */
export function formatProof(violations: string[]): string {
  if (violations.length === 0) return pc.green("The ledger proves itself: 0 violations.");
  return [pc.red(`The ledger's proof finds ${violations.length} violations:`), ...violations]
    .join("\n  ");
}

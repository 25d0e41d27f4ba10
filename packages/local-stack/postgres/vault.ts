import type postgres from "postgres";

/**
 * Stores these secrets by name in Supabase's Vault, from which scheduled database jobs read them.
 * Does not change other secrets.
 */
export async function storeSecrets(
  sql: postgres.Sql,
  secrets: Record<string, string>,
): Promise<void> {
  for (const [name, secret] of Object.entries(secrets)) {
    const [known] = await sql`
      select id, decrypted_secret from vault.decrypted_secrets where name = ${name}`;
    if (!known) await sql`select vault.create_secret(${secret}, ${name})`;
    else if (known.decrypted_secret !== secret) {
      await sql`select vault.update_secret(${known.id}, ${secret})`;
    }
  }
}

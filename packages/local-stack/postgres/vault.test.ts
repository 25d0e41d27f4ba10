/** Tests the Vault emulator on a real server, against Supabase's documentation of the Vault. */
import assert from "node:assert/strict";
import type postgres from "postgres";
import { bootstrap } from "./bootstrap.ts";
import { withClient, withServer } from "./testing/server.ts";
import { storeSecrets } from "./vault.ts";

async function creates(sql: postgres.Sql): Promise<void> {
  const [made] = await sql`select vault.create_secret('s3cret é', 'named', 'what for') as id`;
  const [row] = await sql`select * from vault.decrypted_secrets where name = 'named'`;
  assert.equal(row?.id, made?.id);
  assert.deepEqual([row?.decrypted_secret, row?.description], ["s3cret é", "what for"]);
  assert.notEqual(row?.secret, "s3cret é", "the column of the table is not the secret");
  await sql`select vault.create_secret('nameless')`;
  await sql`select vault.create_secret('nameless too')`;
  await assert.rejects(sql`select vault.create_secret('x', 'named')`, { code: "23505" });
}

async function updates(sql: postgres.Sql): Promise<void> {
  const [made] = await sql`select vault.create_secret('before', 'changing', 'kept') as id`;
  const read = async () => {
    const [row] = await sql`
      select name, description, decrypted_secret from vault.decrypted_secrets
       where id = ${made?.id}`;
    return { ...row };
  };
  await sql`select vault.update_secret(${made?.id}, 'after')`;
  const after = { name: "changing", description: "kept", decrypted_secret: "after" };
  assert.deepEqual(await read(), after);
  await sql`select vault.update_secret(${made?.id}, new_name := 'changed')`;
  assert.deepEqual(await read(), { ...after, name: "changed" });
}

async function belongsToPostgres(sql: postgres.Sql): Promise<void> {
  for (const role of ["anon", "authenticated", "service_role", "farthing_rest"]) {
    for (
      const statement of [
        "select * from vault.decrypted_secrets",
        "select * from vault.secrets",
        "select vault.create_secret('x')",
        "select vault.update_secret(gen_random_uuid(), 'x')",
      ]
    ) {
      const asRole = sql.begin(async (transaction) => {
        await transaction.unsafe(`set local role ${role}; ${statement}`);
      });
      await assert.rejects(asRole, { code: "42501" }, `${role}: ${statement}`);
    }
  }
}

async function stores(sql: postgres.Sql): Promise<void> {
  const read = async () =>
    Object.fromEntries(
      (await sql`select name, decrypted_secret from vault.decrypted_secrets where name ~ '^our_'`)
        .map((row) => [row.name, row.decrypted_secret]),
    );
  await storeSecrets(sql, { our_url: "http://a", our_key: "k" });
  assert.deepEqual(await read(), { our_url: "http://a", our_key: "k" });
  const [before] = await sql`select id from vault.secrets where name = 'our_url'`;
  await storeSecrets(sql, { our_url: "http://b" });
  assert.deepEqual(await read(), { our_url: "http://b", our_key: "k" });
  const [after] = await sql`select id from vault.secrets where name = 'our_url'`;
  assert.equal(after?.id, before?.id, "the same secret with another value");
}

const TESTS = {
  "a secret is created and read decrypted, and its name is unique": creates,
  "an update changes only the given fields": updates,
  "no role of the API may read or write the Vault": belongsToPostgres,
  "the stack's secrets are stored, and replaced at the next start": stores,
};

Deno.test("Vault's emulator", { sanitizeExit: false }, async (test) => {
  await withServer(async (server) => {
    await bootstrap(server);
    await bootstrap(server); // the stack runs bootstrap at every start
    for (const [name, run] of Object.entries(TESTS)) {
      await test.step(name, () => withClient(server, "postgres", run));
    }
  });
});

import assert from "node:assert/strict";
import { readOptions } from "./options.ts";

const REF = "abcdefghijklmnopqrst";

Deno.test("deploy derives a hosted project's address from its reference", () => {
  const options = readOptions(["--", "--project", REF]);
  assert.deepEqual([options?.project, options?.database], [REF, REF]);
  assert.equal(options?.url, `https://${REF}.supabase.co`);
  assert.deepEqual([options?.isDryRun, options?.isConfirmed], [false, false]);
  assert.equal(readOptions(["--help"]), undefined);
});

Deno.test("deploy refuses an invalid reference or address, and says what to send", () => {
  assert.throws(() => readOptions([]), /--project must be/);
  assert.throws(() => readOptions(["--project", "My Project"]), /20 lowercase letters/);
  assert.throws(() => readOptions(["--project", REF, "--url", "example.com"]), /--url must be/);
});

function databaseGiven(url: string): string | undefined {
  Deno.env.set("DEPLOY_DATABASE_URL", url);
  try {
    return readOptions(["--project", REF])?.database;
  } finally {
    Deno.env.delete("DEPLOY_DATABASE_URL");
  }
}

Deno.test("deploy accepts a database URL only if it can keep the password out of the arguments", () => {
  const good = "postgresql://postgres:p%40ss@db.example.com/postgres?sslmode=require";
  assert.equal(databaseGiven(good), good);
  const bad = [
    "mysql://postgres:hush@db.example.com/postgres",
    "postgresql://postgres:hush%@db.example.com/postgres",
    "postgresql://postgres@db.example.com/postgres?password=hush",
  ];
  for (const url of bad) {
    assert.throws(
      () => databaseGiven(url),
      ({ message }: Error) =>
        message.includes("DEPLOY_DATABASE_URL must be") && !message.includes("hush"),
    );
  }
});

import { equal, match, rejects } from "node:assert/strict";
import { SettingsError } from "../../project/project-settings.ts";
import { readProject } from "./project.ts";

/** Reads a project from a file with these settings. */
async function readWith(settings: Readonly<Record<string, string>>, isUrgent = false) {
  const file = await Deno.makeTempFile();
  const all = {
    SUPABASE_URL: "https://abcdefghijklmnopqrst.supabase.co",
    SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x",
    SUPABASE_SECRET_KEY: "sb_secret_x",
    STRIPE_SECRET_KEY: "sk_test_x",
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  await Deno.writeTextFile(file, lines.join("\n"));
  try {
    return readProject(file, isUrgent);
  } finally {
    await Deno.remove(file);
  }
}

const readLive = (url: string, apiUrl: string) =>
  readWith({ SUPABASE_URL: url, STRIPE_SECRET_KEY: "sk_live_x", STRIPE_API_URL: apiUrl });

Deno.test("a live key is sent to an emulator only if the whole project is on this machine", async () => {
  const local = await readLive("http://127.0.0.1:54321", "http://127.0.0.1:54326");
  equal(local.mode, "live");
  for (
    const [url, apiUrl] of [
      ["http://127.0.0.1:54321", "http://localhost@evil.com"],
      ["http://127.0.0.1:54321", "https://stripe.evil.com"],
      ["https://abcdefghijklmnopqrst.supabase.co", "http://127.0.0.1:54326"],
    ] as const
  ) {
    await rejects(() => readLive(url, apiUrl), SettingsError);
  }
});

/** Tests that the call is refused with a message that has these words and not the value. */
async function refuses(settings: Readonly<Record<string, string>>, words: RegExp, value: string) {
  await rejects(() => readWith(settings), (error: Error) => {
    equal(error instanceof SettingsError, true);
    match(error.message, words);
    equal(error.message.includes(value), false, error.message);
    return true;
  });
}

Deno.test("a key that is not exactly one of Stripe's is refused, and counts as no mode", async () => {
  for (
    const key of [" sk_live_hush", "sk_live_hush ", "\tsk_live_hush", "sk_hush", "pk_live_hush"]
  ) {
    await refuses({ STRIPE_SECRET_KEY: key }, /STRIPE_SECRET_KEY/, "hush");
  }
});

Deno.test("the secret key goes over https, or stays on this machine", async () => {
  equal((await readWith({ SUPABASE_URL: "http://127.0.0.1:54321" })).isLocal, true);
  for (const url of ["http://hush.supabase.co", "http://127.0.0.1.hush.com", "ftp://hush.com"]) {
    await refuses({ SUPABASE_URL: url }, /SUPABASE_URL must begin with https/, "hush");
  }
});

Deno.test("a database address whose password is not encoded is refused without showing it", async () => {
  for (const password of ["p/ss#hush", "1/hush", "1#hush", "hush%zz"]) {
    const url = `postgresql://postgres:${password}@db.example.com/postgres`;
    await refuses({ SUPABASE_DB_URL: url }, /SUPABASE_DB_URL.*percent-encode/, password);
  }
  const url = "postgresql://postgres:p%2Fss@db.example.com/postgres";
  equal((await readWith({ SUPABASE_DB_URL: url })).databaseUrl, url);
});

Deno.test("a rollback goes on without Stripe's key and with a wrong address of the database", async () => {
  const wrong = { STRIPE_SECRET_KEY: "", SUPABASE_DB_URL: "postgresql://postgres:a#b@db/postgres" };
  await rejects(() => readWith(wrong), SettingsError);
  const project = await readWith(wrong, true);
  equal(project.databaseUrl, undefined);
  equal(project.secretKey, "sb_secret_x");
  for (const apiUrl of ["https://emulator.example", "emulator"]) {
    const live = { STRIPE_SECRET_KEY: "sk_live_x", STRIPE_API_URL: apiUrl };
    await rejects(() => readWith(live), SettingsError);
    equal((await readWith(live, true)).emulatorUrl, undefined);
  }
  await rejects(() => readWith({ SUPABASE_SECRET_KEY: "" }, true), /SUPABASE_SECRET_KEY/);
});

import assert from "node:assert/strict";
import { need, readSettings, SettingsError } from "./project-settings.ts";

Deno.test("readSettings reads the named env file and names it as the source", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "# a comment\nSUPABASE_URL=http://127.0.0.1:1\nEMPTY=\n");
    const settings = readSettings(file);
    assert.equal(settings.source, file);
    assert.equal(need(settings, "SUPABASE_URL"), "http://127.0.0.1:1");
    assert.throws(() => need(settings, "EMPTY"), SettingsError);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("readSettings refuses a named file that does not exist", () => {
  assert.throws(() => readSettings("/no/such/file.env"), SettingsError);
});

Deno.test("need names the missing setting, the source and what to do, and shows no value", () => {
  const settings = { values: { SECRET: "hush" }, source: "a.env" };
  assert.throws(
    () => need(settings, "SUPABASE_SECRET_KEY"),
    /^SettingsError: SUPABASE_SECRET_KEY is not set in a\.env: start a stack/,
  );
});

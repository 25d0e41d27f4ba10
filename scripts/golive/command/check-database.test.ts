import { doesNotThrow, equal, match, throws } from "node:assert/strict";
import { SettingsError } from "../../project/project-settings.ts";
import { requireOneDatabase } from "./check-database.ts";
import type { Options } from "./options.ts";
import type { Project } from "./project.ts";

const [REF, OTHER] = ["abcdefghijklmnopqrst", "zyxwvutsrqponmlkjihg"];
const HOSTED = `https://${REF}.supabase.co`;
const OWN_DOMAIN = "https://api.shop.example";
const LOCAL = "http://127.0.0.1:54321";

const direct = (ref: string) => `postgresql://postgres:hush@db.${ref}.supabase.co:5432/postgres`;
const pooler = (ref: string) =>
  `postgresql://postgres.${ref}:hush@aws-0-eu-central-1.pooler.supabase.com:6543/postgres`;
const LOOPBACK = "postgresql://postgres:hush@127.0.0.1:54322/postgres";
const OTHER_FORM = "postgresql://postgres:hush@database.internal:5432/postgres";

const check = (url: string, databaseUrl: string | undefined, project?: string) =>
  requireOneDatabase(
    { url, databaseUrl, isLocal: url === LOCAL } as Project,
    { project } as Options,
  );

Deno.test("a database of the same project passes, and so does one of an unknown form", () => {
  for (const url of [direct(REF), direct(REF.toUpperCase()), pooler(REF), OTHER_FORM, undefined]) {
    doesNotThrow(() => check(HOSTED, url));
    doesNotThrow(() => check(OWN_DOMAIN, url));
    doesNotThrow(() => check(OWN_DOMAIN, url, REF));
  }
  doesNotThrow(() => check(LOCAL, LOOPBACK));
  doesNotThrow(() => check(LOCAL, OTHER_FORM));
  doesNotThrow(() => check("http://localhost:54321", undefined));
});

Deno.test("a database of another project is refused with both names, and without the password", () => {
  const refuses = (words: RegExp, ...call: Parameters<typeof check>) =>
    throws(() => check(...call), (error: Error) => {
      equal(error instanceof SettingsError, true);
      match(error.message, words);
      equal(error.message.includes("hush"), false);
      return true;
    });
  const both = new RegExp(`of ${OTHER}, but SUPABASE_URL is the project ${REF}`);
  for (const url of [direct(OTHER), pooler(OTHER)]) {
    refuses(both, HOSTED, url);
    refuses(both, OWN_DOMAIN, url, REF);
    refuses(new RegExp(`of ${OTHER}, but .* this machine`), LOCAL, url);
  }
  refuses(new RegExp(`of this machine, but .* ${REF}`), HOSTED, LOOPBACK);
  refuses(/of this machine, but .* api\.shop\.example/, OWN_DOMAIN, LOOPBACK);
});

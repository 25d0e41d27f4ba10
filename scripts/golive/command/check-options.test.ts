import { doesNotThrow, throws } from "node:assert/strict";
import { SettingsError } from "../../project/project-settings.ts";
import { requireLongStages, requireOneProject, requireOwnTraffic } from "./check-options.ts";
import { type Options, readOptions } from "./options.ts";
import type { Project } from "./project.ts";

const REF = "abcdefghijklmnopqrst";
const HOSTED = { url: `https://${REF}.supabase.co`, isLocal: false } as Project;
const LOCAL = { url: "http://127.0.0.1:54321", isLocal: true } as Project;
const OWN_DOMAIN = { url: "https://api.shop.example", isLocal: false } as Project;

function options(...args: string[]): Options {
  const asked = readOptions(args);
  if (asked.kind !== "run") throw new Error("no command");
  return asked.options;
}

Deno.test("flags and functions are of one project", () => {
  doesNotThrow(() => requireOneProject(HOSTED, options("rollback", "--project", REF)));
  doesNotThrow(() => requireOneProject(HOSTED, options("rollback")));
  doesNotThrow(() => requireOneProject(OWN_DOMAIN, options("rollback", "--project", REF)));
  const other = options("rollback", "--project", "zzzzefghijklmnopqrst");
  throws(() => requireOneProject(HOSTED, other), SettingsError);
  throws(() => requireOneProject(LOCAL, other), SettingsError);
});

Deno.test("a stage on a hosted project lasts a minute or more", () => {
  throws(
    () => requireLongStages(HOSTED, options("canary", "--stage-seconds", "59")),
    SettingsError,
  );
  throws(() => requireLongStages(HOSTED, options("full", "--stage-seconds", "1")), SettingsError);
  doesNotThrow(() => requireLongStages(HOSTED, options("canary", "--stage-seconds", "60")));
  doesNotThrow(() => requireLongStages(LOCAL, options("canary", "--stage-seconds", "1")));
});

Deno.test("a program sends traffic only to a project on this machine", () => {
  throws(() => requireOwnTraffic(HOSTED, options("canary", "--traffic")), SettingsError);
  doesNotThrow(() => requireOwnTraffic(HOSTED, options("canary")));
  doesNotThrow(() => requireOwnTraffic(LOCAL, options("canary", "--traffic")));
});

import { doesNotReject, equal, rejects } from "node:assert/strict";
import { SettingsError } from "../project/project-settings.ts";
import { checkCall } from "./check-call.ts";
import { type Options, readOptions } from "./command/options.ts";
import type { Project } from "./command/project.ts";
import { loadKey } from "./core/sign.ts";

function options(...args: string[]): Options {
  const asked = readOptions(args);
  if (asked.kind !== "run") throw new Error("no command");
  return asked.options;
}

const OWN_DOMAIN = { url: "https://api.shop.example", isLocal: false } as Project;

Deno.test("a mistyped revision is refused before anything is changed", async () => {
  const local = { url: "http://127.0.0.1:54321", isLocal: true } as Project;
  await rejects(
    () => checkCall(local, options("rollback", "--to", "v9.9.9-typo")),
    (error: Error) => error instanceof SettingsError && error.message.includes("v9.9.9-typo"),
  );
});

Deno.test("a rollback is not refused for a project whose reference is unknown", async () => {
  await doesNotReject(() => checkCall(OWN_DOMAIN, options("rollback")));
});

Deno.test("a call is refused whose database is another project's", async () => {
  const databaseUrl = "postgresql://postgres:hush@127.0.0.1:54322/postgres";
  const project = { ...OWN_DOMAIN, databaseUrl } as Project;
  await rejects(() => checkCall(project, options("preflight")), SettingsError);
});

Deno.test("a rollback goes on without another project's database", async () => {
  const databaseUrl = "postgresql://postgres:hush@127.0.0.1:54322/postgres";
  const project = { ...OWN_DOMAIN, databaseUrl } as Project;
  equal((await checkCall(project, options("rollback"))).databaseUrl, undefined);
  equal((await checkCall(OWN_DOMAIN, options("rollback"))).url, OWN_DOMAIN.url);
});

Deno.test("a damaged key ends every call before its first step, except a rollback", async () => {
  const file = await Deno.makeTempFile();
  try {
    await rejects(() => checkCall(OWN_DOMAIN, options("full"), file), SettingsError);
    await doesNotReject(() => checkCall(OWN_DOMAIN, options("rollback"), file));
  } finally {
    await Deno.remove(file);
    await loadKey(false);
  }
});

import { rejects } from "node:assert/strict";
import { SettingsError } from "../settings/settings.ts";
import { checkCall } from "./check-call.ts";
import { readOptions } from "./command/options.ts";
import type { Project } from "./command/project.ts";

Deno.test("a mistyped revision is refused before anything is changed", async () => {
  const asked = readOptions(["rollback", "--to", "v9.9.9-typo"]);
  if (asked.kind !== "run") throw new Error("no command");
  const local = { url: "http://127.0.0.1:54321", isLocal: true } as Project;
  await rejects(
    () => checkCall(local, asked.options),
    (error: Error) => error instanceof SettingsError && error.message.includes("v9.9.9-typo"),
  );
});

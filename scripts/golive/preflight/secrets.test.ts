import { equal, match } from "node:assert/strict";
import type { Context } from "../command/context.ts";
import { projectSecrets } from "./secrets.ts";

async function skippedFor(url: string, isLocal: boolean): Promise<string> {
  const context = { project: { url, isLocal }, options: {} } as unknown as Context;
  const { state, evidence } = await projectSecrets.run(context);
  equal(state, "skipped");
  return evidence.join("\n");
}

Deno.test("a project without a reference is on this machine, or has a domain of its own", async () => {
  match(await skippedFor("http://127.0.0.1:54321", true), /runs on this machine/);
  match(await skippedFor("https://api.shop.example", false), /add --project REF/);
});

/** Tests that a resumed canary needs an unchanged flag, and a key of the project's mode. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { Context } from "../command/context.ts";
import { start } from "./steps.ts";

const AT = "2026-11-25T08:00:00Z";
const OWN = {
  ...{ state: "on", percentage: 0, before: "0" },
  reason: "golive canary: 100 %, run 1",
};

interface Is {
  readonly state: string;
  readonly percentage?: number;
  readonly isLive?: boolean;
}

/**
 * Runs `canary.start` after the last stage of a canary. The parameter says what the flag is now.
 */
async function startAfterEnd({ state, percentage = 0, isLive = true }: Is) {
  const asked: string[] = [];
  const flag = {
    ...{ name: "b2c", state, percentage, changed_by: "key:b", changed_at: AT },
  };
  const past = {
    ...{ version: "9", changed_at: AT, author: "key:b", reason: "complaints", name: "b2c" },
    fields: [],
  };
  const answers: Readonly<Record<string, unknown>> = {
    "webhook-events": { data: [{ livemode: isLive }] },
    "flags": { data: { version: "9", flags: [flag], history: [past] } },
    "health_metrics": { counted: [] },
  };
  const options = { port: 0, hostname: "127.0.0.1", onListen: () => {} };
  await using server = Deno.serve(options, (request) => {
    const last = new URL(request.url).pathname.split("/").at(-1)!;
    asked.push(last);
    return Response.json(answers[last] ?? {});
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const project = {
    ...{ url, mode: "live", publishableKey: "p", secretKey: "s" },
    settings: { values: {}, source: "a test" },
  };
  const facts = { "canary.own": JSON.stringify(OWN), "canary.ended": "yes" };
  const context = { project, facts, options: { flag: "b2c", stages: [25, 100] }, run: "1" };
  const finding = await start.run(context as unknown as Context).catch((error: Error) => error);
  return { finding, asked };
}

Deno.test("a launch whose flag is off again is no GO, and says who has changed it", async () => {
  for (const is of [{ state: "off" }, { state: "percentage", percentage: 1 }]) {
    const { finding } = await startAfterEnd(is);
    if (finding instanceof Error) throw finding;
    deepEqual([finding.state, finding.beginsAnew], ["failed", true]);
    match(finding.evidence.join(), /^b2c is (off|at 1 %), by key:b \(complaints\): all stages/);
    match(finding.fix ?? "", /ask for the reason/);
  }
});

Deno.test("a flag that is still on after the last stage is evidence, whoever has set it", async () => {
  const { finding } = await startAfterEnd({ state: "on" });
  if (finding instanceof Error) throw finding;
  equal(finding.state, "ok");
});

Deno.test("a canary with the key of the other mode ends before it looks at the flag", async () => {
  const { finding, asked } = await startAfterEnd({ state: "on", isLive: false });
  await rejects(() => Promise.reject(finding), /is a live key, but the project is in test mode/);
  deepEqual(asked, ["webhook-events"]);
});

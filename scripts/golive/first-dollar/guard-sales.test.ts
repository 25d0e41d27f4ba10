/**
 * Tests that sales are switched off only if a step has shown that buyers pay and get no credits.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import type { GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";
import { UnreachableError } from "../core/unreachable.ts";
import { broken, withShop } from "./testing/shop.ts";
import { guardSales, guardSalesIfOpen } from "./guard-sales.ts";

const AT = "2026-11-25T08:00:00Z";
const FIX = "Look.";

const stepOf = (run: GoLiveStep["run"]): GoLiveStep =>
  guardSales({ code: "first-dollar.credits", title: "?", source: "credits", run });

/**
 * Serves the settings of both flags, and adds each request that changes a flag to `set`. A flag is
 * on until `set` contains the request that switches it off.
 */
function flagsOn(set: string[]): (request: Request) => Promise<Response> {
  const flag = (name: string) => ({
    ...{ name, state: set.includes(`${name} off`) ? "off" : "on", percentage: 0 },
    ...{ changed_by: "key:a", changed_at: AT },
  });
  return async (request) => {
    const version = String(set.length);
    if (request.method === "GET") {
      return Response.json({ data: { version, flags: [flag("b2b"), flag("b2c")], history: [] } });
    }
    const { flags } = await request.json();
    for (const { name, state } of flags) set.push(`${name} ${state}`);
    return Response.json({ data: { version, dry_run: false, changes: [], unchanged: 0 } });
  };
}

Deno.test("b2c is switched off if a buyer paid and got no credits, whichever flag was launched", async () => {
  const owing = stepOf(() =>
    Promise.resolve({ ...failed("order 1 is not paid", FIX), owes: true })
  );
  for (const [flag, wanted] of [["b2c", ["b2c off"]], ["b2b", ["b2c off", "b2b off"]]] as const) {
    const set: string[] = [];
    await withShop({ answers: { flags: flagsOn(set) }, options: { flag } }, async (context) => {
      const { state, beginsAnew, evidence } = await owing.run(context);
      deepEqual([set, state, beginsAnew], [wanted, "failed", true]);
      match(evidence[0]!, /^first-dollar\.credits failed: b2c was switched off/);
      equal(evidence.at(-1), "order 1 is not paid");
    });
  }
});

Deno.test("a failure that owes nothing leaves the flags on, and says how to switch them off", async () => {
  const set: string[] = [];
  const step = stepOf(() => Promise.resolve(failed("an old violation", FIX)));
  await withShop(
    { answers: { flags: flagsOn(set) }, options: { flag: "b2b" } },
    async (context) => {
      const { evidence, beginsAnew, fix } = await step.run(context);
      deepEqual([set, beginsAnew, fix], [[], undefined, FIX]);
      match(evidence[1]!, /^b2c is on, by key:a. To switch it off: .*rollback --flag b2c$/);
      match(evidence[2]!, /^b2b is on, by key:a. To switch it off: .*rollback --flag b2b$/);
    },
  );
});

Deno.test("a flag that is off is not said to be on, and one that can't be read is unknown", async () => {
  const step = stepOf(() => Promise.resolve(failed("no receipt", FIX)));
  await withShop({ answers: { flags: flagsOn(["b2c off"]) } }, async (context) => {
    deepEqual((await step.run(context)).evidence, ["no receipt", "b2c is off, by key:a"]);
  });
  await withShop({ answers: { flags: broken } }, async (context) => {
    match(
      (await step.run(context)).evidence[1]!,
      /^it is unknown whether b2c is on.*To switch it off:/,
    );
  });
});

Deno.test("an error shows nothing about the credits: it stays an error, and no flag is changed", async () => {
  const set: string[] = [];
  await withShop({ answers: { flags: flagsOn(set) } }, async (context) => {
    const limited = stepOf(() => Promise.reject(new Error("429 over_request_rate_limit")));
    await rejects(
      () => limited.run(context),
      /^Error: 429 over.*b2c is on, by key:a\. To switch it off/,
    );
    const cause = new Error("Connection refused");
    const silent = stepOf(() => Promise.reject(new UnreachableError("shop.example", cause)));
    await rejects(() => silent.run(context), (error) => {
      equal(error instanceof UnreachableError && error.host, "shop.example");
      match(String(error), /shop\.example does not answer.*b2c is on/);
      return true;
    });
    deepEqual((await stepOf(() => Promise.resolve(found("9990"))).run(context)).evidence, ["9990"]);
  });
  deepEqual(set, []);
});

Deno.test("a check says which flag is on only if its run has switched one on", async () => {
  const check = guardSalesIfOpen({
    ...{ code: "preflight.cron", title: "?", source: "project" },
    run: () => Promise.resolve(failed("pg_cron does not run", FIX)),
  });
  await withShop({ answers: { flags: flagsOn([]) }, options: { flag: "b2c" } }, async (context) => {
    deepEqual((await check.run(context)).evidence, ["pg_cron does not run"]);
    const own = { state: "percentage", percentage: 5, reason: "golive canary: 5 %", before: "1" };
    const opened = { ...context, facts: { "canary.own": JSON.stringify(own) } };
    match((await check.run(opened)).evidence[1] ?? "", /^b2c is on.*rollback --flag b2c$/);
  });
});

/** The limit of attempts to buy or book. Attempts are counted before the database is called. */
import { doesNotMatch, equal, match, ok } from "node:assert/strict";
import { get, post, refused } from "../support/project/http.ts";
import { useUp } from "./counters.ts";
import { signUp } from "../support/project/people.ts";
import { ordersOf, packageNamed } from "../support/money/purchases.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const HOUR_SECONDS = 3_600;

const restOfHour = () => HOUR_SECONDS - Math.floor(Date.now() / 1_000) % HOUR_SECONDS;

Deno.test({
  name: "a user with too many attempts in an hour buys and books nothing, and all else works",
  ignore: world.redisUrl === undefined,
  fn: async () => {
    const person = await signUp(world);
    const { id } = await packageNamed(world, "Starter");
    await useUp(world, { rule: "attempts", id: person.id, count: 60, windowSeconds: 3_600 });
    const requests: [string, object][] = [
      ["checkout", { package_id: id }],
      ["top-ups", { enabled: false }],
      ["top-ups/card", {}],
      ["bookings", { provider_id: crypto.randomUUID(), amount: 1000, currency: "usd" }],
    ];
    let admitted = 0;
    const remainders: string[] = [];
    for (const [path, body] of requests) {
      let before = restOfHour();
      // If a process can't read Redis's answer in time, it counts requests by itself and may admit this
      // call.
      const answer = await until("the call is refused by Redis's count", async () => {
        before = restOfHour();
        const response = await post(world, path, person.as, body);
        if (path === "checkout" && response.status === 201) admitted += 1;
        if (response.status === 429) return response;
        remainders.push(response.headers.get("ratelimit") ?? "");
        return undefined;
      });
      refused(answer, 429, "velocity_exceeded");
      // All attempts were in this hour, so Retry-After must end at the start of the next hour, with
      // a tolerance of two seconds.
      const after = restOfHour();
      const waits = Number(answer.headers.get("retry-after"));
      const isOfThisHour = waits >= Math.max(1, after - 2) && waits <= before + 2;
      ok(isOfThisHour || after > before, `${waits}, not from ${after} to ${before}`);
      equal(answer.headers.get("ratelimit-policy"), `"attempts";q=60;w=3600`);
      match(answer.headers.get("ratelimit") ?? "", /^"attempts";r=0;t=\d+$/);
    }
    equal((await ordersOf(world, person)).length, Math.min(admitted, 1));
    // In Redis the limit is used up. An answer with Redis's count would therefore report 0 attempts
    // left, or 1. The admitted calls report more, because a process counted them by itself.
    for (const each of remainders) doesNotMatch(each, /^"attempts";r=[01];/);
    equal((await get(world, "credits", person.as)).status, 200);
    const other = await signUp(world);
    equal((await post(world, "checkout", other.as, { package_id: id })).status, 201);
  },
});

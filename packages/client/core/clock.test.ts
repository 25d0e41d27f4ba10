import { rejects } from "node:assert/strict";
import { systemClock } from "./clock.ts";

Deno.test("a wait of months, or of Infinity, does not end at once", async () => {
  for (const ms of [Infinity, 1e12]) {
    const stop = new AbortController();
    const wait = systemClock.wait(ms, stop.signal);
    const soon = systemClock.wait(20).then(() => stop.abort(new Error("it waits")));
    await rejects(wait, { message: "it waits" });
    await soon;
  }
});

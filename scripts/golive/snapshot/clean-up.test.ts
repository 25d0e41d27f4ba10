import { deepEqual } from "node:assert/strict";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";
import { dropIfFailed } from "./clean-up.ts";

async function played(run: GoLiveStep["run"]) {
  let dropped = 0;
  const step = dropIfFailed({ code: "x.y", title: "?", source: "ledger", run }, () => {
    dropped++;
    return Promise.resolve();
  });
  const { state, beginsAnew = false } = await step.run({} as Context);
  return { state, beginsAnew, dropped };
}

Deno.test("a step that fails or throws drops the second database, and the run begins anew", async () => {
  const bad = { state: "failed", beginsAnew: true, dropped: 1 };
  deepEqual(await played(() => Promise.resolve(failed("x", "y"))), bad);
  deepEqual(await played(() => Promise.reject(new Error("x"))), bad);
  const good = { state: "ok", beginsAnew: false, dropped: 0 };
  deepEqual(await played(() => Promise.resolve(found("x"))), good);
});

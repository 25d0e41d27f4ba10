import assert from "node:assert/strict";
import { DEADLINE_MS, RUNNER_DEADLINE_MS } from "../core/request.ts";
import { EXTERNAL_SERVICES, type ServiceName } from "./external-services.ts";

const NAMES = Object.keys(EXTERNAL_SERVICES) as ServiceName[];

Deno.test("no service is waited for longer than those who ask it have", () => {
  for (const name of NAMES) {
    const { timeoutMs, retries, longestDelayMs } = EXTERNAL_SERVICES[name];
    // Time-outs are not tried again, so this is the longest that a call can take.
    const longestMs = timeoutMs + retries * longestDelayMs;
    assert(longestMs < (name === "ai" ? RUNNER_DEADLINE_MS : DEADLINE_MS), name);
  }
});

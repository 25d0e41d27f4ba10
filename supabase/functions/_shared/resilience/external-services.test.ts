import assert from "node:assert/strict";
import { DEADLINE_MS, RUNNER_DEADLINE_MS } from "../core/deadline.ts";
import { EXTERNAL_SERVICES, type ServiceName } from "./external-services.ts";

const NAMES = Object.keys(EXTERNAL_SERVICES) as ServiceName[];

Deno.test("no external call takes longer than the deadline of its request", () => {
  for (const name of NAMES) {
    const { timeoutMs, retries, longestDelayMs } = EXTERNAL_SERVICES[name];
    // Timeouts are not retried, so this is the longest time that a call can take.
    const longestMs = timeoutMs + retries * longestDelayMs;
    assert(longestMs < (name === "ai" ? RUNNER_DEADLINE_MS : DEADLINE_MS), name);
  }
});

import assert from "node:assert/strict";
import { AlertRefused } from "./webhook.ts";
import { NO_METRICS } from "../../metrics/metrics.ts";
import { BreakerOpen } from "../../resilience/resilience-policy.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { createOperators } from "./operators.ts";

const ALERT = {
  id: "notification-1",
  data: {
    incident_id: "7",
    rule: "webhook_backlog",
    severity: "warning",
    summary: "12 events wait.",
    value: "12",
    threshold: "0",
    runbook: "docs/runbooks/webhook_backlog.md",
    fired_at: "2026-11-21T12:00:00+00:00",
  },
} as const;

/**
 * Posts the alert `times` times. Returns the result of each attempt, and the number of requests.
 */
async function post(status: number, times: number) {
  let asked = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    asked += 1;
    return new Response("x", { status });
  });
  const ALERT_WEBHOOK_URL = `http://127.0.0.1:${server.addr.port}`;
  const operators = createOperators({ ALERT_WEBHOOK_URL }, NO_METRICS);
  const ends: unknown[] = [];
  for (let nth = 0; nth < times; nth++) {
    await operators.postAlert!(ALERT).then(() => ends.push("sent"), (error) => ends.push(error));
  }
  await server.shutdown();
  return { asked, ends };
}

const MANY = 2 * EXTERNAL_SERVICES.webhook.breakAfter;

Deno.test("a webhook that refuses one alert after the other still gets the next one", async () => {
  const { asked, ends } = await post(404, MANY);
  assert.equal(asked, MANY);
  assert(ends.every((end) => end instanceof AlertRefused));
});

Deno.test("an unavailable webhook is not called after several failures", async () => {
  const { asked, ends } = await post(503, MANY);
  assert.equal(asked, EXTERNAL_SERVICES.webhook.breakAfter);
  assert(ends.at(-1) instanceof BreakerOpen);
});

Deno.test("without a URL there is no webhook, and without addresses there are no emails", () => {
  const operators = createOperators({}, NO_METRICS);
  assert.deepEqual([operators.emails, operators.postAlert], [[], null]);
});

/** For the operators: something needs somebody. The runbook says what to do. */
import { z } from "@hono/zod-openapi";
import { text, Timestamp } from "../../../contracts/common.ts";
import { moment } from "../figures.ts";
import { defineTemplate } from "../template.ts";

export const alert = defineTemplate(
  z.object({
    incident_id: text(255),
    rule: text(100),
    severity: z.enum(["critical", "warning"]),
    summary: text(1_000),
    value: text(100),
    threshold: text(100),
    runbook: text(2_048),
    fired_at: Timestamp,
  }),
  ({ incident_id, rule, severity, summary, value, threshold, runbook, fired_at }) => ({
    subject: `[${severity}] ${rule}: ${summary}`,
    says: [summary],
    facts: [
      ["Rule", rule],
      ["Severity", severity],
      ["Value", value],
      ["Threshold", threshold],
      ["Since", moment(fired_at)],
      ["Incident", incident_id],
    ],
    link: { label: "Runbook", url: runbook },
  }),
);

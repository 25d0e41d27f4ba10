import { Ready } from "../../../supabase/functions/_shared/contracts/health.ts";
import type { GoLiveStep } from "../command/context.ts";
import { failed, found, warning } from "../core/step.ts";
import { ask, dataOf, NOBODY, said } from "../shared/ask.ts";

export const health: GoLiveStep = {
  code: "smoke.health",
  title: "Is the service ready?",
  source: "project",
  isRepeated: true,
  async run({ project }) {
    const reply = await ask(project, "health/ready", { as: NOBODY });
    if (reply.status !== 200) {
      return failed(said(reply), "Read the log of the function `health`, and check its secrets.");
    }
    const { status, checks } = dataOf(reply, 200, Ready);
    const parts = Object.entries(checks).map(([name, state]) => `${name} ${state}`).join(", ");
    const evidence = `GET /health/ready 200 ${status}: ${parts}`;
    if (status === "ok") return found(evidence);
    return status === "down"
      ? failed(evidence, "Repair the part that is down: docs/runbooks/README.md.")
      : warning(evidence, "Repair the degraded part: docs/reference/health.md.");
  },
};

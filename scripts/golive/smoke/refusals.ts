/** Health, and the refusals that every caller must get. */
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
      return failed(said(reply), "Look into the log of the function health, and at its secrets.");
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

export const unauthenticated: GoLiveStep = {
  code: "smoke.401",
  title: "Are callers without a key refused?",
  source: "project",
  async run({ project }) {
    const replies = [
      await ask(project, "credits", { as: NOBODY }),
      await ask(project, "credits", { as: { authorization: "Bearer not-a-token" } }),
      await ask(project, "usage", { as: { apikey: project.publishableKey }, body: {} }),
    ];
    const evidence = replies.map(said);
    return replies.every(({ status, code }) => status === 401 && code !== "")
      ? found(evidence)
      : failed(
        evidence,
        "Deploy with verify_jwt = false: the functions authenticate callers themselves.",
      );
  },
};

/** A grant whose reference was used with another amount is refused: a repeat must be the same. */
export const conflict: GoLiveStep = {
  code: "smoke.409",
  title: "Is a reference with other contents refused?",
  source: "ledger",
  async run({ project, run, facts }) {
    const body = (amount: string) => ({
      user_id: facts["smoke.customer"],
      ...{ amount, source: "promotional", reason: "go-live smoke test" },
      ...{ reference_id: `golive-${run}`, once: true },
    });
    const other = await ask(project, "credits/grants", { body: body("101") });
    return other.status === 409 && other.code === "reference_conflict"
      ? found(`${said(other)} for another amount with the same reference`)
      : failed(
        said(other),
        "The functions and the database are of different versions: deploy again.",
      );
  },
};

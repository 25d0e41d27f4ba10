/** Sends requests that the project must refuse, such as a request without a key. */
import type { GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";
import { ask, NOBODY, said } from "../shared/ask.ts";

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

export const insufficient: GoLiveStep = {
  code: "smoke.402",
  title: "Is work without credits refused, with the amount that it needs?",
  source: "credits",
  async run(context) {
    const body = { user_id: context.facts["smoke.customer"], amount: "1000000000" };
    const reply = await ask(context.project, "credits/holds", { body });
    const { details } = (JSON.parse(reply.text) as { error?: { details?: object } }).error ?? {};
    const evidence = `${said(reply)} ${JSON.stringify(details ?? {})}`;
    return reply.status === 402 && details !== undefined
      ? found(evidence)
      : failed(evidence, "Deploy the functions and the migrations of the same version.");
  },
};

/**
 * Repeats a grant with the same reference and another amount. The project must refuse it, because a
 * repeated grant must be identical to the first.
 */
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

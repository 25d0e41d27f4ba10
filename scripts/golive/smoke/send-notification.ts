import type { GoLiveStep } from "../command/context.ts";
import { failed, found, skipped } from "../core/step.ts";
import { ask, said } from "../shared/ask.ts";

const RECEIPT = {
  ...{ kind: "package", package_name: "Starter", amount: 999, currency: "usd" },
  ...{ credits: "9990", bonus_credits: "0", paid_at: "2026-01-01T00:00:00Z" },
};

/**
 * The recipient if --email is missing. An email to this address would bounce, which harms the
 * sender's reputation. So without --email, the step only sends a request with a wrong secret, and
 * no email is sent.
 */
const NOBODY_READS = "golive@example.com";

/**
 * S3 in docs/reference/launch-checks.md: "POST /send-notification with the shared secret answers
 * 200".
 */
export const notification: GoLiveStep = {
  code: "smoke.send-notification",
  title: "Does POST /send-notification accept the shared secret?",
  source: "project",
  async run({ project, run, options }) {
    const secret = project.settings.values["NOTIFICATION_SECRET"]?.split(",")[0];
    if (!secret) return skipped("NOTIFICATION_SECRET is not set in the settings");
    const to = options.email ?? NOBODY_READS;
    const body = { template: "receipt", to: { email: to }, data: { order_id: run, ...RECEIPT } };
    const send = (value: string) =>
      ask(project, "send-notification", {
        as: { "x-webhook-secret": value },
        ...{ body, key: `golive-notify-${run}` },
      });
    const wrong = await send(`${secret}-wrong`);
    const fix =
      "Set the same NOTIFICATION_SECRET in the function and in the service that calls it.";
    if (wrong.status !== 401) return failed(`${said(wrong)} with another secret`, fix);
    if (options.email === undefined) {
      return skipped(
        `${said(wrong)} with another secret; add --email to send a receipt with the right secret`,
      );
    }
    const right = await send(secret);
    const evidence = [`${said(right)} with the secret`, `${said(wrong)} with another one`];
    return right.status === 200 ? found(evidence) : failed(evidence, fix);
  },
};

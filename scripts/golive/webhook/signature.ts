/** Sends genuine, repeated and forged events to the webhook function. */
import { z } from "zod";
import {
  Received,
  WebhookEventWithEntries,
} from "../../../supabase/functions/_shared/contracts/webhook-events.ts";
import type { GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, found, skipped } from "../core/step.ts";
import { ask, dataOf, said } from "../shared/ask.ts";
import { deliver, harmlessEvent } from "./signed-event.ts";

const NO_SECRET = "STRIPE_WEBHOOK_SECRET is not set in the settings";
const event = z.object({ id: z.string() });

export const badSignature: GoLiveStep = {
  code: "webhook.bad-signature",
  title: "Are forged and old events refused?",
  source: "stripe",
  async run({ project, run }) {
    const payload = harmlessEvent(project, run);
    const forged = await deliver(project, payload, "whsec_of_somebody_else");
    const { webhookSecret } = project;
    const old = webhookSecret === undefined
      ? undefined
      : await deliver(project, payload, webhookSecret, 3600);
    const evidence = [
      `${said(forged)} with another secret`,
      ...(old === undefined ? [] : [`${said(old)} signed an hour ago`]),
    ];
    return [forged, old].every((each) => each === undefined || each.status === 400)
      ? found(evidence)
      : failed(
        evidence,
        "The function must answer a wrong or an old signature with 400: sell nothing, and deploy " +
          "stripe-webhook again.",
      );
  },
};

export const signed: GoLiveStep = {
  code: "webhook.signed",
  title: "Does the function accept an event signed with the project's secret?",
  source: "stripe",
  async run({ project, options, run, tell }) {
    if (project.webhookSecret === undefined) return skipped(NO_SECRET);
    const payload = harmlessEvent(project, run);
    const { id } = event.parse(JSON.parse(payload));
    const reply = await deliver(project, payload, project.webhookSecret);
    if (reply.status !== 200) {
      return failed(
        said(reply),
        "Set STRIPE_WEBHOOK_SECRET to this endpoint's signing secret of this mode, deploy the secret, " +
          `and run ${taskLine(options, "stripe:check")}.`,
      );
    }
    await tell({ "webhook.event": id });
    const stored = await ask(project, `webhook-events/${id}`);
    const { state } = dataOf(stored, 200, WebhookEventWithEntries);
    return found(`${said(reply)}, event ${id} is in the inbox as ${state}`);
  },
};

export const replay: GoLiveStep = {
  code: "webhook.replay",
  title: "Is a replayed event applied once?",
  source: "ledger",
  async run({ project, run }) {
    if (project.webhookSecret === undefined) return skipped(NO_SECRET);
    const payload = harmlessEvent(project, run);
    const replies = [
      await deliver(project, payload, project.webhookSecret),
      await deliver(project, payload, project.webhookSecret),
    ];
    const received = replies.map((reply) => dataOf(reply, 200, Received));
    const evidence = received.map(({ duplicate }) => `200, duplicate: ${duplicate ?? false}`);
    return received.every(({ duplicate }) => duplicate === true)
      ? found(evidence)
      : failed(evidence, "The inbox does not have this event: look at GET /webhook-events.");
  },
};

/** Evidence that the buyer of the first dollar got a receipt. */
import { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { ListedNotification } from "../../../supabase/functions/_shared/contracts/notifications.ts";
import type { GoLiveStep } from "../command/context.ts";
import { failed, found, warning } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { ownOrder } from "./own-order.ts";

const RECEIPT_TIMEOUT_MS = 90_000;

export const receipt: GoLiveStep = {
  code: "first-dollar.receipt",
  title: "Was the receipt sent?",
  source: "project",
  async run(context) {
    const { buyerId } = await ownOrder(context);
    const path = `notifications?user_id=${buyerId}&template=receipt`;
    const read = async () =>
      dataOf(await ask(context.project, path), 200, z.array(ListedNotification))[0];
    const sent = await waitFor(
      async () => {
        const receipt = await read();
        return receipt?.state === "sent" ? receipt : undefined;
      },
      RECEIPT_TIMEOUT_MS,
      250,
    );
    const last = sent ?? await read();
    const evidence = last === undefined
      ? "no receipt was queued"
      : `receipt ${last.notification_id}: ${last.state} by ${last.sender}, id ${last.provider_id}`;
    // A missing receipt fails the step in live mode, because a buyer without a receipt may dispute
    // the payment. In test mode it is a warning.
    const lacks = context.project.mode === "live" ? failed : warning;
    return sent !== undefined ? found(evidence) : lacks(
      last?.last_error ? [evidence, last.last_error] : evidence,
      "Look at GET /notifications, and at the runbook docs/runbooks/dead_notifications.md.",
    );
  },
};

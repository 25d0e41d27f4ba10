/**
 * Lists what a person checks in three email inboxes. No program can see these inboxes, so this step
 * always needs a person and is never `ok`.
 */
import type { GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";

export const threeInboxes: GoLiveStep = {
  code: "preflight.three-inboxes",
  title: "Do emails arrive at Gmail, Outlook and Yahoo?",
  source: "project",
  run: ({ options }) =>
    Promise.resolve({
      state: "skipped",
      evidence: [
        "a person checks three inboxes, and stores the result beside this report:",
        `1. send a receipt to each: ${taskLine(options, "golive smoke --email you@gmail.com")} ` +
        "(then outlook.com, yahoo.com)",
        "2. Gmail: Show original, and copy the lines SPF, DKIM and DMARC, which must say PASS",
        "3. Outlook: View message source, and copy Authentication-Results (spf, dkim, dmarc=pass)",
        "4. Yahoo: View raw message, and copy Authentication-Results",
        "5. note the folder (inbox or spam), the delay, and the message's id",
      ],
    }),
};

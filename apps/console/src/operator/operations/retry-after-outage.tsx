import { useState } from "react";
import type { Body, RetriedNotifications } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { useRetryPreview } from "../../parts/dry-run.tsx";
import { ReasonField, TextField } from "../../parts/form-fields.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useChange } from "../../reads/use-change.ts";

type Found = RetriedNotifications["found"][number];

const RETRY = "/notifications/retry";

const COLUMNS: readonly Column<Found>[] = [
  { title: "Template", cell: ({ template }) => wordsOf(template) },
  { title: "Error", cell: ({ last_error }) => last_error },
  { title: "Count", isFigure: true, cell: ({ count }) => count },
];

/** Counts the notifications by template and error. */
const WouldSend = ({ found }: RetriedNotifications) => (
  <DataTable
    caption="Would be sent again"
    columns={COLUMNS}
    items={found}
    keyOf={({ template, last_error }) => `${template} ${last_error}`}
    empty="No notification was dead-lettered in this time, so none would be sent."
  />
);

const HOURS = 24;
const hoursAgo = (hours: number): string =>
  new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 16);

/** A field of type datetime-local has no time zone, so its label says that the time is UTC. */
const utc = (text: FormDataEntryValue): string => `${String(text)}:00Z`;

function bodyOf(form: FormData): Body<typeof RETRY> {
  const until = form.get("until");
  const template = form.get("template");
  return {
    since: utc(form.get("since") ?? ""),
    ...until && { until: utc(until) },
    ...template && { template: String(template) },
    reason: String(form.get("reason")),
    dry_run: false,
  };
}

/** Resends all notifications that were dead-lettered during an outage. */
export function RetryAfterOutage() {
  const change = useChange("post", RETRY, { readsAgain: "on reset" });
  const dryRun = useRetryPreview(RETRY, WouldSend);
  const [since] = useState(() => hoursAgo(HOURS));
  return (
    <ChangeDialog
      action="Send all again"
      title="Send what was given up during an outage?"
      change={change}
      dryRun={dryRun}
      inputOf={(form) => ({ body: bodyOf(form) })}
      preview={
        <p>
          At most 1,000 notifications are sent at once, oldest first. Notifications that may have
          arrived, or that have no address any more, are left out.
        </p>
      }
      done={({ retried }) => <p>{retried} notifications are queued again.</p>}
    >
      <TextField
        name="since"
        label="Given up since (UTC)"
        type="datetime-local"
        defaultValue={since}
        required
      />
      <TextField
        name="until"
        label="Given up until (UTC)"
        type="datetime-local"
        hint="Empty: until now."
      />
      <TextField name="template" label="Template" hint="Empty: all templates." />
      <ReasonField />
    </ChangeDialog>
  );
}

import { useRef, useState } from "react";
import type { RetriedNotifications } from "@farthing/client";
import { Button } from "@/components/ui/button";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { ReasonField, TextField } from "../../parts/form-fields.tsx";
import { wordsOf } from "../../parts/state-badge.tsx";
import { useChange } from "../../reads/use-change.ts";
import { Trouble } from "@/components/farthing/trouble";

type Found = RetriedNotifications["found"][number];

const COLUMNS: readonly Column<Found>[] = [
  { title: "Template", cell: ({ template }) => wordsOf(template) },
  { title: "Error", cell: ({ last_error }) => last_error },
  { title: "Count", isFigure: true, cell: ({ count }) => count },
];

const HOURS = 24;
const hoursAgo = (hours: number): string =>
  new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 16);

/** A field of type datetime-local has no zone: the label says that it is UTC. */
const utc = (text: FormDataEntryValue | null): string => `${String(text)}:00Z`;

function spanOf(form: FormData) {
  const until = form.get("until");
  const template = form.get("template");
  return {
    since: utc(form.get("since")),
    ...until && { until: utc(until) },
    ...template && { template: String(template) },
  };
}

/** What would be sent, by template and error, before anything is. */
function DryRun() {
  const button = useRef<HTMLButtonElement>(null);
  const { run, state, error, result } = useChange("post", "/notifications/retry");
  const count = () => {
    const form = button.current?.form;
    if (form) run({ body: { ...spanOf(new FormData(form)), dry_run: true } });
  };
  return (
    <div className="grid gap-3 *:min-w-0">
      <Button
        ref={button}
        type="button"
        variant="outline"
        onClick={count}
        aria-disabled={state === "busy"}
      >
        {state === "busy" ? "Counting…" : "Count what would be sent"}
      </Button>
      {state === "failed" && <Trouble title="Not counted" error={error} />}
      {state === "done" && result !== undefined && (
        <div role="status">
          <DataTable
            caption="What would be sent again"
            columns={COLUMNS}
            items={result.found}
            keyOf={({ template, last_error }) => `${template} ${last_error}`}
            empty="Nothing: no notification was given up in this time."
          />
        </div>
      )}
    </div>
  );
}

/** Sends all notifications again that were given up during an outage. */
export function RetryAfterOutage() {
  const change = useChange("post", "/notifications/retry");
  const [since] = useState(() => hoursAgo(HOURS));
  return (
    <ChangeDialog
      action="Send all again"
      title="Send what was given up during an outage?"
      change={change}
      inputOf={(form) => ({
        body: { ...spanOf(form), reason: String(form.get("reason")), dry_run: false },
      })}
      preview={
        <div className="grid gap-3">
          <p>
            At most 1,000 at once, oldest first. Those that may have arrived, or that have no
            address any more, are left out.
          </p>
          <DryRun />
        </div>
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
        hint="Empty: now."
      />
      <TextField
        name="template"
        label="Template"
        hint="Empty: all templates."
      />
      <ReasonField />
    </ChangeDialog>
  );
}

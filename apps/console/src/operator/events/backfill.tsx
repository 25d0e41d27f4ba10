import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { TextField } from "../../parts/form-fields.tsx";
import { useChange } from "../../reads/use-change.ts";

/** Stripe stores events for 30 days. */
const MOST_HOURS = 720;

/** Fetches events that Stripe made and that never arrived. */
export function Backfill() {
  const change = useChange("post", "/webhook-events/backfill", { readsAgain: "on reset" });
  return (
    <ChangeDialog
      action="Fetch lost events"
      title="Fetch events that never arrived?"
      change={change}
      inputOf={(form) => ({ body: { hours: Number(form.get("hours")) } })}
      preview={
        <p>
          Stripe is asked for its events of these hours. Those that never arrived are received and
          applied, and the others stay as they are. This also happens by itself each hour.
        </p>
      }
      done={({ listed, received, failed, unreadable, complete }) => (
        <div className="grid gap-4">
          <Facts
            facts={{
              "Listed by Stripe": listed,
              "Received now": received,
              "Could not be applied yet": failed,
              "Could not be read": unreadable,
            }}
          />
          {!complete && (
            <p>
              Not complete: time ran out, or an event could not be read. Fetch them again.
            </p>
          )}
        </div>
      )}
    >
      <TextField
        name="hours"
        label="Hours"
        type="number"
        min={1}
        max={MOST_HOURS}
        defaultValue={24}
        required
        hint="How far back, at most 720 hours (30 days)."
      />
    </ChangeDialog>
  );
}

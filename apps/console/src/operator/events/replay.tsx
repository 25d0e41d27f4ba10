import type { WebhookEvent } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { TextField } from "../../parts/form-fields.tsx";
import { useChange } from "../../reads/use-change.ts";

/**
 * The states of events that can be replayed. A processed event was applied already, and a received
 * event will be applied anyway.
 */
const REPLAYED: readonly WebhookEvent["state"][] = ["dead", "failed", "deferred", "ignored"];

export const canReplay = ({ state }: Pick<WebhookEvent, "state">): boolean =>
  REPLAYED.includes(state);

/** Applies one event again. */
export function Replay({ event }: { readonly event: WebhookEvent }) {
  const change = useChange("post", "/webhook-events/{id}/replay", { readsAgain: "on reset" });
  return (
    <ChangeDialog
      action="Replay"
      title="Apply this event again?"
      change={change}
      inputOf={() => ({ path: { id: event.event_id } })}
      preview={
        <p>
          {event.type}{" "}
          is applied as if Stripe delivered it now, with ten new attempts. It moves credits once: an
          event that was applied before is not applied again.
        </p>
      }
      done={({ state, last_error }) => (
        <div className="grid gap-2">
          <p>
            The event is now <StateBadge state={state} />
          </p>
          {last_error !== null && <p>{last_error}</p>}
        </div>
      )}
    />
  );
}

const DEAD = { state: "dead" } as const;

/** The default and the maximum number of events that one request applies. */
const AT_ONCE = 100;
const MOST = 500;

/** Applies the dead-lettered events again, once the cause of their failures is repaired. */
export function ReplayDead() {
  const change = useChange("post", "/webhook-events/replay", { readsAgain: "on reset" });
  return (
    <ChangeDialog
      action="Replay dead letters"
      title="Apply all dead-lettered events again?"
      change={change}
      inputOf={(form) => ({ body: { ...DEAD, limit: Number(form.get("limit")) } })}
      preview={
        <p>
          The oldest dead-lettered events are applied one by one, each with ten new attempts. Repair
          their cause first: an event that fails again waits for its next attempt.
        </p>
      }
      done={({ replayed, processed, deferred, ignored, failed }) => (
        <Facts
          facts={{
            "Applied again": replayed,
            Processed: processed,
            Deferred: deferred,
            Ignored: ignored,
            "Failed again": failed,
          }}
        />
      )}
    >
      <TextField
        name="limit"
        label="At most"
        type="number"
        min={1}
        max={MOST}
        defaultValue={AT_ONCE}
        required
      />
    </ChangeDialog>
  );
}

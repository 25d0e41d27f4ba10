import type { ListedNotification } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { ReasonField } from "../../parts/form-fields.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useChange } from "../../reads/use-change.ts";

export const canRetry = ({ state }: ListedNotification): boolean =>
  state === "dead" || state === "uncertain";

/** Resends one notification: a dead-lettered one, or one that may already have been sent. */
export function RetryNotification({ notification }: { readonly notification: ListedNotification }) {
  const { notification_id, template, address, recipient, state, last_error } = notification;
  const change = useChange("post", "/notifications/{id}/retry", { readsAgain: "on reset" });
  const isUncertain = state === "uncertain";
  return (
    <ChangeDialog
      action="Send again"
      title={`Send this ${wordsOf(template)} again?`}
      change={change}
      inputOf={(form) => ({
        path: { id: notification_id },
        body: { reason: String(form.get("reason")), even_if_sent: isUncertain },
      })}
      preview={
        <p>
          It goes to {address ?? wordsOf(recipient)}, with eight new attempts.
          {last_error !== null && ` It was given up with ${last_error}.`}
          {isUncertain && " It may have arrived already, so it may arrive twice."}
        </p>
      }
      done={(result) => (
        <p>
          The notification is now <StateBadge state={result.state} />
        </p>
      )}
    >
      <ReasonField />
    </ChangeDialog>
  );
}

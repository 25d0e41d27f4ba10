import type { FraudWarning } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { ReasonField } from "../../parts/form-fields.tsx";
import { useChange } from "../../reads/use-change.ts";

/** Clears an early fraud warning. This frees the credits that the warning has frozen. */
export function ClearWarning({ warning_id, state }: FraudWarning) {
  const change = useChange("post", "/fraud/warnings/{id}/clear", {
    readsAgain: "on reset",
  });
  return (
    <ChangeDialog
      action="Clear"
      title={`Clear warning ${warning_id}`}
      isOffered={state === "open"}
      change={change}
      inputOf={(form) => ({
        path: { id: warning_id },
        body: { reason: String(form.get("reason")) },
      })}
      preview={
        <p className="text-sm">
          The credits of this payment are no longer frozen: the customer can spend them at once. The
          money stays with you. Clear a warning only if you know that the buyer made the payment.
        </p>
      }
      done={() => "The warning is cleared."}
    >
      <ReasonField hint="Stored in the audit log, with your name." />
    </ChangeDialog>
  );
}

import type { Grant } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Id } from "../../parts/figures.tsx";
import { useChange } from "../../reads/use-change.ts";

interface GrantProps {
  readonly grant: Grant;
}

const inputOf = ({ grant_id }: Grant) => ({ path: { id: grant_id } });
const isPending = ({ status }: Grant) => status === "pending";

/** Confirms a grant that another operator has requested, so that its credits are granted. */
export function ConfirmGrant({ grant }: GrantProps) {
  const change = useChange("post", "/credits/grants/{id}/confirm");
  return (
    <ChangeDialog
      action="Confirm"
      title="Confirm the grant"
      isOffered={isPending(grant)}
      change={change}
      inputOf={() => inputOf(grant)}
      preview={
        <>
          <Facts
            facts={{
              "Credits that move": <Credits of={grant.amount} signed />,
              "To": <Id of={grant.user_id} />,
              "Reason": grant.reason ?? "none",
            }}
          />
          <p className="text-sm">
            The balance grows at once. If the customer has debt, the credits pay it first. The grant
            and its confirmation name you.
          </p>
        </>
      }
      done={({ amount }) => (
        <>
          <Credits of={amount} /> credits are granted.
        </>
      )}
    />
  );
}

/** Declines a pending grant, so that its credits are never granted. */
export function DeclineGrant({ grant }: GrantProps) {
  const change = useChange("post", "/credits/grants/{id}/decline");
  return (
    <ChangeDialog
      action="Decline"
      title="Decline the grant"
      isDestructive
      isOffered={isPending(grant)}
      change={change}
      inputOf={() => inputOf(grant)}
      preview={
        <p className="text-sm">
          No credits move, now or later. To grant them after all, request a new grant.
        </p>
      }
      done={() => "The grant is declined. No credits have moved."}
    />
  );
}

import type { FraudBlock } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Id } from "../../parts/figures.tsx";
import { useChange } from "../../reads/use-change.ts";

/** Lifts a block before it expires. */
export function LiftBlock({ id, value, reason }: FraudBlock) {
  // Reads the list again only after the dialog is closed. The new list lacks the lifted block, so
  // the block's row would disappear, and this dialog is in that row.
  const change = useChange("delete", "/fraud/blocked/{id}", {
    readsAgain: "on reset",
  });
  return (
    <ChangeDialog
      action="Lift"
      title="Lift the block"
      change={change}
      inputOf={() => ({ path: { id } })}
      preview={
        <>
          <Facts
            facts={{ "Blocked": <Id of={value} />, "Blocked because": reason }}
          />
          <p className="text-sm">
            Checkouts, bookings and automatic top-ups are no longer refused by this block. No
            credits and no money move.
          </p>
        </>
      }
      done={() => "The block is lifted."}
    />
  );
}

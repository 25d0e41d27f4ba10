import type { Mismatch } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Money } from "../../parts/figures.tsx";
import { ReasonField } from "../../parts/form-fields.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { DIFFERENCE, Ours, Theirs } from "./mismatch-sides.tsx";
import { useChange } from "../../reads/use-change.ts";

/** Resolves a mismatch by hand, after an operator has looked into it. */
export function ResolveMismatch({ mismatch }: { readonly mismatch: Mismatch }) {
  const { mismatch_id, kind, subject, difference, currency } = mismatch;
  const change = useChange("post", "/mismatches/{id}/resolve", { readsAgain: "on reset" });
  return (
    <ChangeDialog
      action="Resolve"
      title={`Resolve ${wordsOf(kind)}?`}
      change={change}
      inputOf={(form) => ({
        path: { id: mismatch_id },
        body: { reason: String(form.get("reason")) },
      })}
      preview={
        <div className="grid gap-3">
          <Facts
            facts={{
              "Subject at Stripe": subject,
              Ours: <Ours {...mismatch} />,
              "Stripe's": <Theirs {...mismatch} />,
              [DIFFERENCE]: <Money of={difference} currency={currency} />,
            }}
          />
          <p>
            No money and no credits move. The difference stays resolved until our record or Stripe's
            changes.
          </p>
        </div>
      }
      done={({ state, reason }) => (
        <p>
          The mismatch is now <StateBadge state={state} /> with the reason: {reason}
        </p>
      )}
    >
      <ReasonField hint="Stored with the mismatch, and audited." />
    </ChangeDialog>
  );
}

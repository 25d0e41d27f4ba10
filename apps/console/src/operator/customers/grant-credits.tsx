import type { CustomerPage, Grant, Lot } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits, Moment } from "../../parts/figures.tsx";
import { ReasonField, SelectField, TextField } from "../../parts/form-fields.tsx";
import { useChange } from "../../reads/use-change.ts";
import { LinkTo } from "../links.tsx";
import { endOfDay } from "../money/end-of-day.ts";
import { isMade, useGrantPreview } from "./previews.tsx";

/** Says what was granted. A grant above a ceiling is pending, and has made no lot yet. */
function Done(granted: Lot | Grant) {
  if (!("grant_id" in granted)) {
    return (
      <>
        <Credits of={granted.amount} /> credits are granted.
      </>
    );
  }
  return (
    <>
      <p>
        No credits have moved yet: <Credits of={granted.amount} />{" "}
        are above a ceiling. Another operator must confirm the grant before{" "}
        <Moment at={granted.confirm_before} />.
      </p>
      <p>
        Grant <LinkTo under="/grants" id={granted.grant_id} />
      </p>
    </>
  );
}

interface GrantCreditsProps {
  readonly userId: string;
  readonly credits: CustomerPage["credits"];
}

/** Gives a customer credits. */
export function GrantCredits({ userId, credits }: GrantCreditsProps) {
  const change = useChange("post", "/credits/grants");
  const dryRun = useGrantPreview();
  return (
    <ChangeDialog
      action="Grant credits"
      title="Grant credits"
      change={change}
      dryRun={dryRun}
      inputOf={(form) => ({
        body: {
          user_id: userId,
          amount: String(form.get("amount")),
          source: form.get("source") as Grant["source"],
          reason: String(form.get("reason")),
          ...form.get("expires") !== "" &&
            { expires_at: endOfDay(String(form.get("expires"))) },
        },
      })}
      preview={
        <>
          <Facts
            facts={{
              "Balance now": <Credits of={credits.balance} />,
              "Debt, paid first": <Credits of={credits.debt} />,
            }}
          />
          <p className="text-sm">
            The balance grows by the amount at once. Above a ceiling of the policy nothing moves
            until another operator confirms the grant.
          </p>
        </>
      }
      done={(granted) => isMade(granted) && <Done {...granted} />}
    >
      <TextField
        name="amount"
        label="Credits"
        inputMode="decimal"
        pattern="[0-9]+([.][0-9]+)?"
        required
      />
      <SelectField
        name="source"
        label="Source"
        values={["adjustment", "promotional"]}
      />
      <TextField
        name="expires"
        label="Last day, UTC (optional)"
        type="date"
        hint="Without it, the credits never expire."
      />
      <ReasonField hint="Stored with the change, and shown in the history." />
    </ChangeDialog>
  );
}

import type { CustomerPage, Input, Result } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { type DryRun, useDryRun } from "../../parts/dry-run.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Credits } from "../../parts/figures.tsx";
import { ReasonField, TextField } from "../../parts/form-fields.tsx";
import { useChange } from "../../reads/use-change.ts";

const PATH = "/credits/spend-cap";

type Caps = Result<"post", typeof PATH>;

interface CapProps {
  readonly of: string | null;
}

/** The credits of a daily cap, or "no cap". */
export const Cap = ({ of }: CapProps) => of === null ? <>no cap</> : <Credits of={of} />;

/** Says what the cap means for the customer's next request. */
function effectOf({ daily, spent_today }: Caps) {
  if (daily === null) return "The customer may spend all available credits.";
  return (
    <>
      The customer has spent <Credits of={spent_today} /> of <Credits of={daily} />{" "}
      today. What exceeds the cap is refused until midnight UTC.
    </>
  );
}

function Plan(caps: Caps) {
  return (
    <>
      <Facts
        facts={{
          "Imposed afterwards": <Cap of={caps.imposed_daily} />,
          "Set by the customer": <Cap of={caps.own_daily} />,
          "Applies afterwards": <Cap of={caps.daily} />,
          "Spent today": <Credits of={caps.spent_today} />,
        }}
      />
      <p className="mt-2 text-sm">{effectOf(caps)}</p>
    </>
  );
}

const useCapPreview = (): DryRun<Input<"post", typeof PATH>, Caps> => useDryRun(PATH, Plan);

interface SetCapProps {
  readonly userId: string;
  readonly caps: CustomerPage["spend_cap"];
}

/** Imposes a daily cap on a customer, or removes it. */
export function SetCap({ userId, caps }: SetCapProps) {
  const change = useChange("post", PATH);
  const dryRun = useCapPreview();
  return (
    <ChangeDialog
      action="Set a daily cap"
      title="Set a daily cap"
      change={change}
      dryRun={dryRun}
      inputOf={(form) => {
        const daily = String(form.get("daily")).trim();
        return {
          body: {
            user_id: userId,
            daily: daily === "" ? null : daily,
            reason: String(form.get("reason")),
          },
        };
      }}
      preview={
        <>
          <Facts
            facts={{
              "Imposed now": <Cap of={caps.imposed_daily} />,
              "Applies now": <Cap of={caps.daily} />,
            }}
          />
          <p className="text-sm">
            The customer can't lift this cap. If the customer has set a cap, too, the lower one
            applies. No credits move.
          </p>
        </>
      }
      done={({ daily, imposed_daily }) => (
        <p>
          The imposed cap is now: <Cap of={imposed_daily} />. The cap that applies is:{" "}
          <Cap of={daily} />.
        </p>
      )}
    >
      <TextField
        name="daily"
        label="Credits per day"
        inputMode="decimal"
        pattern="[0-9]+([.][0-9]+)?"
        hint="Leave it empty to remove the imposed cap. 0 stops all spending."
      />
      <ReasonField />
    </ChangeDialog>
  );
}

import type { Body, Result, WelcomeGrant } from "@farthing/client";
import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { useRetryPreview } from "../../parts/dry-run.tsx";
import { ReasonField, SelectField, TextField } from "../../parts/form-fields.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { useChange } from "../../reads/use-change.ts";
import { endOfDay } from "./end-of-day.ts";
import { REFUSALS } from "./welcome-refusals.ts";

/** Queues welcome credits again for one user to whom they were refused. */
export function RetryWelcome({ id, status, refused_as }: WelcomeGrant) {
  const change = useChange("post", "/credits/welcome-grants/{id}/retry", {
    readsAgain: "on reset",
  });
  return (
    <ChangeDialog
      action="Retry"
      title="Retry the welcome credits"
      isOffered={status === "refused"}
      change={change}
      inputOf={(form) => ({
        path: { id },
        body: { reason: String(form.get("reason")) },
      })}
      preview={
        <p className="text-sm">
          The user was refused by:{" "}
          {wordsOf(refused_as ?? "")}. A runner decides again within a minute, by today's limits,
          and grants the credits if no limit refuses the user.
        </p>
      }
      done={() => "The user is queued again."}
    >
      <ReasonField hint="Stored in the audit log, with your name." />
    </ChangeDialog>
  );
}

const RETRY = "/credits/welcome-grants/retry";

function Found({ found }: Result<"post", typeof RETRY>) {
  if (found.length === 0) {
    return <p>No user matches. Nothing would be queued.</p>;
  }
  return (
    <>
      <p>These users would be queued again, at most 1,000 in one request:</p>
      <ul className="list-disc pl-5">
        {found.map(({ refused_as, count }) => (
          <li key={refused_as}>{`${wordsOf(refused_as)}: ${count}`}</li>
        ))}
      </ul>
    </>
  );
}

function bodyOf(form: FormData): Body<typeof RETRY> {
  const refusedAs = String(form.get("refused_as"));
  return {
    ...refusedAs !== "" &&
      { refused_as: refusedAs as (typeof REFUSALS)[number] },
    since: `${form.get("since")}T00:00:00Z`,
    ...form.get("until") !== "" && { until: endOfDay(String(form.get("until"))) },
    reason: String(form.get("reason")),
  };
}

/**
 * Queues welcome credits again for all users to whom they were refused in a range of days. The
 * operator can choose one reason of the refusals, or all reasons.
 */
export function RetryRefused() {
  const change = useChange("post", RETRY, { readsAgain: "on reset" });
  const dryRun = useRetryPreview(RETRY, Found);
  return (
    <ChangeDialog
      action="Retry refused users"
      title="Retry refused users"
      change={change}
      dryRun={dryRun}
      inputOf={(form) => ({ body: bodyOf(form) })}
      done={({ retried }) =>
        `${retried} users are queued again. A runner grants or refuses their credits within a minute.`}
    >
      <SelectField
        name="refused_as"
        label="Refused by"
        values={["", ...REFUSALS]}
      />
      <TextField name="since" label="First day of the refusals, UTC" type="date" required />
      <TextField
        name="until"
        label="Last day of the refusals, UTC (optional)"
        type="date"
        hint="Leave it empty to include all refusals until now."
      />
      <ReasonField hint="Stored in the audit log, with your name." />
    </ChangeDialog>
  );
}

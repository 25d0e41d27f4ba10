import { ChangeDialog } from "../../parts/change-dialog.tsx";
import { Id, Moment } from "../../parts/figures.tsx";
import { ReasonField, SelectField, TextField } from "../../parts/form-fields.tsx";
import { useChange } from "../../reads/use-change.ts";
import { endOfDay } from "./end-of-day.ts";

interface NewBlockProps {
  readonly action: string;
  /** The user, address or card to block. If `of` is missing, the form asks what to block. */
  readonly of?: {
    readonly kind: "user" | "ip" | "card";
    readonly value: string;
  };
}

const AskWhat = () => (
  <>
    <SelectField name="kind" label="Kind" values={["user", "ip", "card"]} />
    <TextField
      name="value"
      label="Value"
      required
      hint="A user's id, an IP address or its hash, or Stripe's fingerprint of a card."
    />
  </>
);

/** Blocks a user, an IP address or a card. */
export function NewBlock({ action, of }: NewBlockProps) {
  const change = useChange("post", "/fraud/blocked");
  return (
    <ChangeDialog
      action={action}
      title={action}
      isDestructive
      change={change}
      inputOf={(form) => ({
        body: {
          kind: of?.kind ?? form.get("kind") as "user",
          value: of?.value ?? String(form.get("value")),
          reason: String(form.get("reason")),
          ...form.get("until") !== "" &&
            { until: endOfDay(String(form.get("until"))) },
        },
      })}
      preview={
        <p className="text-sm">
          {of !== undefined && (
            <>
              Blocks {of.kind === "ip" ? "address" : of.kind} <Id of={of.value} />.{" "}
            </>
          )}
          Checkouts, bookings and automatic top-ups are refused until the block ends. Credits that
          are already there can still be spent. No credits and no money move.
        </p>
      }
      done={({ until }) => (
        <>
          The block applies{until === null ? " until somebody lifts it" : (
            <>
              {" until "}
              <Moment at={until} />
            </>
          )}.
        </>
      )}
    >
      {of === undefined && <AskWhat />}
      <TextField
        name="until"
        label="Last day, UTC (optional)"
        type="date"
        hint="Without it, the block applies until somebody lifts it."
      />
      <ReasonField />
    </ChangeDialog>
  );
}

"use client";

import { type FormEvent, useId } from "react";
import type { TopUps } from "@farthing/client";
import type { TopUpTerms } from "@farthing/react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { toMinorUnits, toUnits } from "@/lib/farthing-format";

interface TermsProps {
  readonly topUps: TopUps;
  readonly isBusy: boolean;
  readonly onAgree: (terms: TopUpTerms) => void;
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly value: string;
  readonly step: string;
}

function Field({ name, label, unit, value, step }: FieldProps) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <div className="flex items-center gap-2">
        <Input
          {...{ id, name, step, type: "number", min: step, required: true, defaultValue: value }}
          aria-describedby={`${id}-unit`}
          className="tabular-nums"
        />
        <span id={`${id}-unit`} className="w-14 text-sm text-muted-foreground">{unit}</span>
      </div>
    </div>
  );
}

/** The terms to which the user agrees by pressing the button. */
export function TopUpTermsForm({ topUps, isBusy, onAgree }: TermsProps) {
  const { currency, enabled, threshold, target, monthly_cap } = topUps;
  const cap = monthly_cap === null ? "50" : toUnits(monthly_cap, currency);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name));
    onAgree({
      threshold: text("threshold"),
      target: text("target"),
      // `Number` turns "5e1", which the field also accepts, into 50.
      monthly_cap: toMinorUnits(String(Number(text("cap"))), currency),
    });
  };
  const credits = { unit: "credits", step: "1" };
  const money = { unit: currency.toUpperCase(), step: toUnits(1, currency) };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <Field
        name="threshold"
        label="When fewer credits are left than"
        value={threshold ?? "100"}
        {...credits}
      />
      <Field name="target" label="Top up to" value={target ?? "1000"} {...credits} />
      <Field name="cap" label="Charge at most per month" value={cap} {...money} />
      <p className="text-sm text-muted-foreground">
        You agree that your card is charged automatically on these terms. You can turn top-ups off
        at any time.
      </p>
      <Button type="submit" aria-disabled={isBusy}>
        {enabled ? "Change the terms" : "Agree and turn on"}
      </Button>
    </form>
  );
}

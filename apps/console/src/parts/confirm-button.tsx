import type { ComponentProps, ReactNode } from "react";
import { Button } from "@/components/ui/button";

interface ConfirmButtonProps {
  readonly variant?: ComponentProps<typeof Button>["variant"];
  readonly isBusy: boolean;
  /** Receives the form around the button, once its fields are valid. */
  readonly onConfirm: (form: FormData) => void;
  readonly children: ReactNode;
}

/**
 * Makes a change that its dialog has shown. Only a press of this button makes the change: it
 * submits no form, so Enter in a field does not press it. The button ignores a held key. It also
 * ignores the second click of a double click, because the first click was on the button that this
 * one has replaced.
 */
export function ConfirmButton({ variant, isBusy, onConfirm, children }: ConfirmButtonProps) {
  return (
    <Button
      type="button"
      data-confirms
      variant={variant}
      aria-disabled={isBusy}
      onKeyDown={(event) => event.repeat && event.preventDefault()}
      onClick={({ detail, currentTarget: { form } }) => {
        if (detail > 1 || form === null || !form.reportValidity()) return;
        onConfirm(new FormData(form));
      }}
    >
      {isBusy ? "Working…" : children}
    </Button>
  );
}

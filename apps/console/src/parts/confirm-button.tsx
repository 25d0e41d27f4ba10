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
 * The button that confirms the change that a dialog has shown. It is not a submit button, so Enter
 * in a field does not press it. It ignores a key that is held down. It also ignores the second
 * click of a double click, because the first click was on another button, which this button has
 * replaced.
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

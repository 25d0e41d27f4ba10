import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import { type Change, isUncertain } from "../reads/use-change.ts";
import { useSignedIn } from "../session/context.tsx";
import { ConfirmButton } from "./confirm-button.tsx";
import type { DryRun } from "./dry-run.tsx";
import { FocusedRegion } from "./focused-region.tsx";
import { Outcome } from "./outcome.tsx";
import { SecondFactorForChange } from "./second-factor-for-change.tsx";

interface ChangeDialogProps<In, Out, Plan> {
  /** The name of the change, such as "Refund". The buttons have the same text. */
  readonly action: string;
  readonly title: string;
  /** Says before the change which amounts will move. */
  readonly preview?: ReactNode;
  /**
   * Asks the service what would happen, and shows the answer before the change can be confirmed.
   */
  readonly dryRun?: DryRun<In, Plan> | undefined;
  /** The fields of the form. */
  readonly children?: ReactNode;
  readonly change: Change<In, Out>;
  /** Builds the call's input from the form's fields. */
  readonly inputOf: (form: FormData) => In;
  /**
   * Returns the page's own text on why the change was refused. Without this function, the service's
   * message is shown.
   */
  readonly explain?: (error: Error) => ReactNode;
  /** Says what was done. */
  readonly done: (result: Out) => ReactNode;
  readonly isDestructive?: boolean;
  /**
   * If false, the button is hidden. An open dialog stays open, because the dialog's own change may
   * have made this value false.
   */
  readonly isOffered?: boolean;
}

interface RefusalProps {
  readonly title: string;
  readonly error: Error | null;
  readonly explain: ((error: Error) => ReactNode) | undefined;
}

function Refusal({ title, error, explain }: RefusalProps) {
  const words = error && explain?.(error);
  return words
    ? <Trouble title={title} error={null}>{words}</Trouble>
    : <Trouble {...{ title, error }} />;
}

/** The form of a change. If the input is wrong, the form shows the error and sends nothing. */
function ChangeForm<In, Out, Plan>(props: ChangeDialogProps<In, Out, Plan>) {
  const { action, preview, dryRun, children, change, inputOf, isDestructive, explain } = props;
  const [wrongInput, setWrongInput] = useState<Error | null>(null);
  const plan = dryRun?.change.result;
  const isPreviewed = dryRun === undefined || dryRun.change.state === "done";
  const isBusy = change.state === "busy" || dryRun?.change.state === "busy";
  const withInput = (form: FormData, use: (input: In) => void) => {
    try {
      use(inputOf(form));
      setWrongInput(null);
    } catch (error) {
      setWrongInput(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const askPreview = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isPreviewed) return;
    const form = new FormData(event.currentTarget);
    withInput(form, (input) => dryRun.change.run(dryRun.inputOf(input)));
  };
  const confirm = (form: FormData) =>
    withInput(
      form,
      (input) => change.run(plan === undefined ? input : dryRun?.withPlan?.(input, plan) ?? input),
    );
  return (
    // A preview is valid only for the input that it was made from, so each change of the input
    // removes the preview.
    <form onSubmit={askPreview} onChange={dryRun?.change.reset} className="grid gap-4">
      {children}
      {preview}
      <div role="status" className="empty:hidden">
        {/* The focus is not on the button that makes the change, so another Enter does nothing. */}
        {plan !== undefined && <FocusedRegion>{dryRun?.show(plan)}</FocusedRegion>}
      </div>
      {wrongInput !== null && <Trouble title="Not possible" error={wrongInput} />}
      {dryRun?.change.state === "failed" && (
        <Refusal title="No preview" error={dryRun.change.error} explain={explain} />
      )}
      {change.state === "failed" && (
        <Refusal
          title={`${action}: ${isUncertain(change.error) ? "no answer" : "not done"}`}
          error={change.error}
          explain={explain}
        />
      )}
      {isPreviewed
        ? (
          <ConfirmButton
            variant={isDestructive ? "destructive" : "default"}
            isBusy={isBusy}
            onConfirm={confirm}
          >
            {action}
          </ConfirmButton>
        )
        : (
          <Button type="submit" aria-disabled={isBusy}>
            {isBusy ? "Working…" : "Preview"}
          </Button>
        )}
    </form>
  );
}

/**
 * The dialog of a change: says what will happen, asks for confirmation, and shows the outcome.
 * Operators make changes for the app, so for them the dialog also says in whose name the change is
 * made. If the outcome is unknown, pressing the button again repeats the same request.
 */
export function ChangeDialog<In, Out, Plan>(props: ChangeDialogProps<In, Out, Plan>) {
  const { action, title, dryRun, children, change, done, isDestructive } = props;
  const { person } = useSignedIn();
  const [isOpen, setOpen] = useState(false);
  const popup = useRef<HTMLDivElement>(null);
  const { state, result } = change;
  const set = (isOpen: boolean) => {
    // Closing the dialog does not stop a running change, so closing resets only a change that is
    // done.
    if (isOpen || state === "done") change.reset();
    dryRun?.change.reset();
    setOpen(isOpen);
  };
  return (
    <>
      {(props.isOffered ?? true) && (
        <Button
          variant={isDestructive ? "destructive" : "outline"}
          size="sm"
          onClick={() => set(true)}
        >
          {action}
        </Button>
      )}
      <Dialog open={isOpen} onOpenChange={set}>
        {/* Without fields the first focus would be on the button that makes the change. */}
        <DialogContent ref={popup} initialFocus={children === undefined ? popup : true}>
          <DialogHeader>
            <DialogTitle>{title}</DialogTitle>
            {person.isOperator && (
              <DialogDescription>In your name: {person.email}</DialogDescription>
            )}
          </DialogHeader>
          {state === "done" && result !== undefined
            ? <Outcome close={() => set(false)}>{done(result)}</Outcome>
            : (
              <SecondFactorForChange
                attempts={dryRun === undefined ? [change] : [change, dryRun.change]}
              >
                <ChangeForm {...props} />
              </SecondFactorForChange>
            )}
        </DialogContent>
      </Dialog>
    </>
  );
}

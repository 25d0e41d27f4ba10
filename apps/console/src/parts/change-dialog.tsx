import { type FormEvent, type ReactNode, useState } from "react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogHeader,
  DialogTitle,
} from "@/components/ui/dialog";
import type { Change } from "../reads/use-change.ts";
import { useSignedIn } from "../session/context.tsx";

interface ChangeDialogProps<In, Out> {
  /** The name of the change, such as "Refund". The buttons bear it. */
  readonly action: string;
  readonly title: string;
  /** Says before the change which amounts will move. */
  readonly preview?: ReactNode;
  /** The fields of the form. */
  readonly children?: ReactNode;
  readonly change: Change<In, Out>;
  /** Makes the call's input of the form's fields. */
  readonly inputOf: (form: FormData) => In;
  /** Says what was done. */
  readonly done: (result: Out) => ReactNode;
  readonly isDestructive?: boolean;
}

/**
 * A change by an operator: says what will happen and in whose name, asks, and shows the outcome. If
 * nobody knows whether the change was made, pressing the button again repeats the same request.
 */
export function ChangeDialog<In, Out>(props: ChangeDialogProps<In, Out>) {
  const { action, title, preview, children, change, inputOf, done, isDestructive } = props;
  const { person } = useSignedIn();
  const [isOpen, setOpen] = useState(false);
  const { state, error, result } = change;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.run(inputOf(new FormData(event.currentTarget)));
  };
  const open = () => {
    change.reset();
    setOpen(true);
  };
  return (
    <>
      <Button variant={isDestructive ? "destructive" : "outline"} size="sm" onClick={open}>
        {action}
      </Button>
      <Dialog open={isOpen} onOpenChange={setOpen}>
        <DialogContent>
          <DialogHeader>
            <DialogTitle>{title}</DialogTitle>
            <DialogDescription>In your name: {person.email}</DialogDescription>
          </DialogHeader>
          {state === "done" && result !== undefined
            ? (
              <div className="grid gap-4">
                <div role="status">{done(result)}</div>
                <Button onClick={() => setOpen(false)}>Close</Button>
              </div>
            )
            : (
              <form onSubmit={submit} className="grid gap-4">
                {children}
                {preview}
                {state === "failed" && <Trouble title={`${action}: not done`} error={error} />}
                <Button
                  type="submit"
                  variant={isDestructive ? "destructive" : "default"}
                  aria-disabled={state === "busy"}
                >
                  {state === "busy" ? "Working…" : action}
                </Button>
              </form>
            )}
        </DialogContent>
      </Dialog>
    </>
  );
}

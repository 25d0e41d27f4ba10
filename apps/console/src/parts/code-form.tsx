/** Asks for the code that an authenticator app shows, and verifies it. */
import { type FormEvent, useId } from "react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import { Label } from "@/components/ui/label";
import { type Authenticator, useVerify } from "../reads/use-factors.ts";
import { Select, TextField } from "./form-fields.tsx";

/** Says what to do after a wrong code, because the message of Supabase Auth does not say it. */
function reasonOf(error: Error | null): Error | null {
  const isWrong = (error as { code?: unknown } | null)?.code === "mfa_verification_failed";
  return isWrong
    ? new Error("The code is wrong or too old. Enter the code that the app shows now.")
    : error;
}

interface CodeFormProps {
  /**
   * The authenticator apps whose codes are accepted. If there are several, the user chooses one.
   */
  readonly authenticators: readonly Pick<Authenticator, "id" | "friendly_name">[];
  readonly action: string;
  readonly onVerified: () => void;
  /** Pass false if a dialog may be open when the form appears: the field then takes no focus. */
  readonly takesFocus?: boolean;
}

export function CodeForm({ authenticators, action, onVerified, takesFocus = true }: CodeFormProps) {
  const id = useId();
  const { run, state, error } = useVerify();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    event.stopPropagation(); // Otherwise React would pass the event on to the form around a dialog.
    const form = new FormData(event.currentTarget);
    const code = String(form.get("code")).replaceAll(/\s/g, "");
    const factorId = String(form.get("factor") ?? authenticators[0]?.id);
    run({ factorId, code }, { onDone: onVerified });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      {authenticators.length > 1 && (
        <div className="grid gap-1.5">
          <Label htmlFor={id}>Authenticator app</Label>
          <Select {...{ id, name: "factor" }}>
            {authenticators.map(({ id, friendly_name }) => (
              <option key={id} value={id}>{friendly_name || "without a name"}</option>
            ))}
          </Select>
        </div>
      )}
      <TextField
        name="code"
        label="Code"
        hint="The six digits that your authenticator app shows now."
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="\s*(\d\s*){6}"
        title="Six digits"
        maxLength={12}
        required
        autoFocus={takesFocus}
      />
      {state === "failed" && <Trouble title="Not verified" error={reasonOf(error)} />}
      <Button type="submit" aria-disabled={state === "busy"}>
        {state === "busy" ? "Working…" : action}
      </Button>
    </form>
  );
}

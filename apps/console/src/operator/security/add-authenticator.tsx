import { type FormEvent, useState } from "react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import { CodeForm } from "../../parts/code-form.tsx";
import { FocusedRegion } from "../../parts/focused-region.tsx";
import { TextField } from "../../parts/form-fields.tsx";
import { type Enrolment, useEnrol, useReadFactorsAgain } from "../../reads/use-factors.ts";

interface ConfirmProps extends Enrolment {
  readonly onVerified: () => void;
  readonly cancel: () => void;
}

/** Shows the secret for the authenticator app, and asks for the first code from the app. */
function Confirm({ id, qrCode, secret, onVerified, cancel }: ConfirmProps) {
  return (
    <div className="grid gap-4">
      <p>Scan the picture with your authenticator app, or enter the key there by hand.</p>
      {/* White in the dark theme, too: apps read only a dark code on a light background. */}
      <img
        src={qrCode}
        alt="QR code of the key below"
        width={256}
        height={256}
        className="rounded-md border bg-white p-3"
      />
      <p>
        Key: <code className="text-sm break-all select-all">{secret}</code>
      </p>
      <CodeForm
        authenticators={[{ id, friendly_name: "" }]}
        action="Verify and add"
        onVerified={onVerified}
      />
      <Button variant="outline" onClick={cancel}>Cancel</Button>
    </div>
  );
}

/** Returns a name that none of the user's authenticator apps has yet. */
function freeName(names: readonly (string | undefined)[]): string {
  for (let nr = 1;; nr++) {
    const name = nr === 1 ? "Authenticator app" : `Authenticator app ${nr}`;
    if (!names.includes(name)) return name;
  }
}

interface AddAuthenticatorProps {
  /** The names of the user's authenticator apps. */
  readonly names: readonly (string | undefined)[];
}

export function AddAuthenticator({ names }: AddAuthenticatorProps) {
  const enrol = useEnrol();
  const readAgain = useReadFactorsAgain();
  // The names of apps that were added on this page. The list may not have been read again yet.
  const [added, setAdded] = useState<readonly string[]>([]);
  const suggested = freeName([...names, ...added]);
  const { state, result } = enrol;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (state !== "busy") enrol.run(String(new FormData(event.currentTarget).get("name")).trim());
  };
  if (state === "done" && result !== undefined) {
    const onVerified = () => {
      setAdded([...added, result.name]);
      enrol.reset();
      readAgain();
    };
    return (
      <div className="max-w-md">
        <Confirm {...result} onVerified={onVerified} cancel={enrol.reset} />
      </div>
    );
  }
  return (
    <div className="grid max-w-md gap-4">
      {added.length > 0 && (
        <FocusedRegion>
          <p role="status">The authenticator app is added.</p>
        </FocusedRegion>
      )}
      {/* The key makes a new form when the suggested name changes. */}
      <form key={suggested} onSubmit={submit} className="grid gap-4">
        <TextField
          name="name"
          label="Name of the app"
          hint="A name that tells your apps apart, such as the phone that has the app."
          defaultValue={suggested}
          maxLength={100}
          required
        />
        {state === "failed" && <Trouble title="Not added" error={enrol.error} />}
        <Button type="submit" aria-disabled={state === "busy"}>
          {state === "busy" ? "Working…" : "Add an authenticator app"}
        </Button>
      </form>
    </div>
  );
}

"use client";

import { type ComponentProps, type FormEvent, useId, useState } from "react";
import { useUserId } from "@farthing/react";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardHeader, CardTitle } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";

interface Login {
  readonly email: string;
  readonly password: string;
}

interface Entered {
  readonly data: { readonly session: object | null };
  readonly error: Error | null;
}

interface SignInProps {
  /** The `auth` property of your supabase-js client. */
  readonly auth: {
    signUp(login: Login): Promise<Entered>;
    signInWithPassword(login: Login): Promise<Entered>;
  };
}

type State = "idle" | "busy" | "unconfirmed" | Error;

function Field({ label, ...input }: ComponentProps<typeof Input> & { label: string }) {
  const id = useId();
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={id}>{label}</Label>
      <Input id={id} required {...input} />
    </div>
  );
}

/**
 * Asks a visitor for email and password. Shows nothing to a signed-in user, or while the session is
 * not known.
 */
export function SignIn({ auth }: SignInProps) {
  const userId = useUserId();
  const [state, set] = useState<State>("idle");
  if (userId !== null) return null;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (state === "busy") return;
    const { submitter } = event.nativeEvent as SubmitEvent;
    const form = new FormData(event.currentTarget);
    const login = { email: String(form.get("email")), password: String(form.get("password")) };
    set("busy");
    const isNew = submitter?.getAttribute("value") === "up";
    try {
      const { data, error } = await (isNew ? auth.signUp(login) : auth.signInWithPassword(login));
      // A missing session means that the user must first confirm the email address.
      set(error ?? (data.session === null ? "unconfirmed" : "idle"));
    } catch (error) {
      // supabase-js returns most errors but throws some, for example if the browser's storage is
      // full.
      set(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <Card>
      <CardHeader>
        <CardTitle>
          <h2>Sign in</h2>
        </CardTitle>
      </CardHeader>
      <CardContent>
        <form onSubmit={submit} className="grid gap-4">
          <Field label="Email" name="email" type="email" autoComplete="email" />
          <Field label="Password" name="password" type="password" minLength={6} />
          <div className="flex gap-2">
            <Button type="submit" value="in" aria-disabled={state === "busy"}>Sign in</Button>
            <Button type="submit" value="up" variant="outline" aria-disabled={state === "busy"}>
              Sign up
            </Button>
          </div>
          {state === "unconfirmed" && (
            <p role="status" className="text-sm">
              Open the link in the email that we have sent you.
            </p>
          )}
          {state instanceof Error && <Trouble title="You are not signed in" error={state} />}
        </form>
      </CardContent>
    </Card>
  );
}

import { useActionState } from "react";
import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem } from "./ui.tsx";

export function SignIn({ auth }: Pick<SupabaseClient, "auth">) {
  const [error, submit, isPending] = useActionState(async (_: Error | null, form: FormData) => {
    const login = { email: `${form.get("email")}`, password: `${form.get("password")}` };
    const isNew = form.get("action") === "up";
    const entered = isNew ? auth.signUp(login) : auth.signInWithPassword(login);
    return (await entered.catch((error: Error) => ({ error }))).error;
  }, null);
  return (
    <main className="center">
      <form action={submit} className="card w-full max-w-sm">
        <h1 className="brand">Easel</h1>
        <p className="muted">Pictures, research and answers, paid with credits.</p>
        <label>
          Email <input name="email" type="email" autoComplete="email" required />
        </label>
        <label>
          Password <input name="password" type="password" minLength={6} required />
        </label>
        <Problem error={error} />
        <div className="row">
          <button type="submit" name="action" value="up" disabled={isPending}>Sign up</button>
          <button type="submit" name="action" value="in" className="quiet">Sign in</button>
        </div>
      </form>
    </main>
  );
}

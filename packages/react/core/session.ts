/** The user who is signed in to a supabase-js client. */
"use client";
import { useEffect, useState } from "react";
import type { SupabaseLike } from "@farthing/client";

interface SessionOf {
  readonly user: { readonly id: string };
}

/** The part of supabase-js that `FarthingProvider` uses. */
export interface SupabaseSession extends SupabaseLike {
  readonly auth: SupabaseLike["auth"] & {
    onAuthStateChange(
      onChange: (event: string, session: SessionOf | null) => void,
    ): { readonly data: { readonly subscription: { unsubscribe(): void } } };
  };
}

/**
 * Returns the id of the signed-in user: undefined until the session is known, null if nobody is
 * signed in.
 */
export function useSessionUser(
  supabase: SupabaseSession,
  initial: string | null | undefined,
): string | null | undefined {
  const [userId, setUserId] = useState(initial);
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_, session) =>
      setUserId(session?.user.id ?? null)
    );
    return () => data.subscription.unsubscribe();
  }, [supabase]);
  return userId;
}

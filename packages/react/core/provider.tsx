/** The React provider that all hooks need. */
"use client";
import { type ReactNode, useContext, useState } from "react";
import { QueryClient, QueryClientContext, QueryClientProvider } from "@tanstack/react-query";
import { type CommonOptions, createFarthing } from "@farthing/client";
import { type UserProps, UserProvider } from "./context.tsx";
import { type SupabaseSession, useSessionUser } from "./session.ts";

/**
 * With these props, the provider makes the client of Farthing, and follows the session of
 * supabase-js.
 */
export interface SupabaseProps extends CommonOptions {
  readonly supabase: SupabaseSession;
  /**
   * The id of the user, if a server that renders the page knows it; null if nobody is signed in.
   */
  readonly initialUserId?: string | null | undefined;
  readonly children?: ReactNode;
}

/** Either a client of supabase-js, or a client of Farthing and the user's id. */
export type FarthingProviderProps =
  | SupabaseProps
  | UserProps & { readonly supabase?: undefined };

function SupabaseProvider({ supabase, initialUserId, children, ...options }: SupabaseProps) {
  const [farthing] = useState(() => createFarthing({ supabase, ...options }));
  const userId = useSessionUser(supabase, initialUserId);
  return <UserProvider farthing={farthing} userId={userId}>{children}</UserProvider>;
}

/** Uses the app's own query client. Without one, the provider makes a query client of its own. */
function WithQueries({ children }: { readonly children: ReactNode }) {
  const ofApp = useContext(QueryClientContext);
  const [own] = useState(() => new QueryClient());
  if (ofApp !== undefined) return children;
  return <QueryClientProvider client={own}>{children}</QueryClientProvider>;
}

/**
 * Gives the hooks a client and the signed-in user. Also renders on a server, but reads nothing
 * there.
 */
export function FarthingProvider(props: FarthingProviderProps) {
  return (
    <WithQueries>
      {props.supabase === undefined ? <UserProvider {...props} /> : <SupabaseProvider {...props} />}
    </WithQueries>
  );
}

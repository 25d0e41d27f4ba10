import { useEffect, useState } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createFarthing } from "@farthing/client";
import { FarthingProvider } from "@farthing/react";
import { SignIn } from "@/components/farthing/sign-in";
import { forgetChats } from "@/components/farthing/use-stored-chat";
import { Router } from "wouter";
import type { Project } from "./check-project.ts";
import { authOf } from "./session/auth.ts";
import { SignedInProvider } from "./session/context.tsx";
import { useSession } from "./session/use-session.ts";
import { Centred } from "./shell/centred.tsx";
import { SecondFactorGate } from "./shell/second-factor-gate.tsx";
import { useHashPath, useHashSearch } from "./shell/address.ts";
import { SessionEnded } from "./shell/session-ended.tsx";
import { Shell } from "./shell/shell.tsx";

function connect(project: Project) {
  const auth = authOf(project);
  return { auth, farthing: createFarthing({ supabase: { auth }, ...project }) };
}

/** The console of one project. */
export function App({ project }: { readonly project: Project }) {
  const [{ auth, farthing }] = useState(() => connect(project));
  const [queries] = useState(() => new QueryClient());
  const { person, hasEnded } = useSession(auth, project);
  const userId = person && person.userId;
  useEffect(() => {
    // A user may see only their own conversations, so the conversations of other users are removed
    // from this tab. If the session has ended by itself, nothing is removed, because the same user
    // may sign in again.
    if (userId !== undefined && !hasEnded) forgetChats(userId, project.url);
  }, [userId, hasEnded, project.url]);
  return (
    <QueryClientProvider client={queries}>
      <FarthingProvider farthing={farthing} userId={userId}>
        {person === undefined && <Centred title="Farthing">Loading…</Centred>}
        {person === null && (
          <Centred title="Farthing">
            <SignIn auth={auth} />
          </Centred>
        )}
        {person && (
          // With the user's id as the key, React makes new pages for another user, without the
          // previous user's input.
          <SignedInProvider key={person.userId} value={{ auth, project, person }}>
            <Router hook={useHashPath} searchHook={useHashSearch}>
              <SecondFactorGate>
                <Shell />
              </SecondFactorGate>
            </Router>
            {hasEnded && <SessionEnded />}
          </SignedInProvider>
        )}
      </FarthingProvider>
    </QueryClientProvider>
  );
}

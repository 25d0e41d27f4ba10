"use client";
import { useEffect, useState } from "react";
import { useRouter } from "next/navigation";
import type { JwtPayload } from "@supabase/supabase-js";
import {
  type DehydratedState,
  HydrationBoundary,
  QueryClient,
  QueryClientProvider,
} from "@tanstack/react-query";
import { FarthingProvider } from "@farthing/react";
import { farthing, supabase } from "../lib/browser.ts";
import { Chat } from "./chat.tsx";
import { Balance, Shop, TopUps } from "./credits.tsx";
import { History } from "./history.tsx";
import { SignIn } from "./sign-in.tsx";
import { Button } from "./ui.tsx";
import { Paint, Research } from "./work.tsx";

/** Is rendered on the server, too, with the user of the cookies and the balance read there. */
export function App({ user, state }: { user?: JwtPayload; state: DehydratedState }) {
  const { refresh } = useRouter();
  const [queries] = useState(() => new QueryClient());
  useEffect(() =>
    supabase.auth.onAuthStateChange((_, session) => {
      if (session?.user.id !== user?.sub) refresh(); // also after a change in another tab
    }).data.subscription.unsubscribe, [user?.sub, refresh]);
  if (!user) return <SignIn auth={supabase.auth} />;
  return (
    <QueryClientProvider client={queries}>
      <HydrationBoundary state={state}>
        <FarthingProvider farthing={farthing} userId={user.sub}>
          <header className="bar">
            <h1 className="brand">Easel</h1>
            <span className="muted max-sm:hidden">{user.email}</span>
            <Button onClick={() => supabase.auth.signOut()}>Sign out</Button>
          </header>
          <main className="page">
            <Balance />
            <Paint userId={user.sub} />
            <TopUps />
            <Shop />
            <Research />
            <Chat />
            <History />
          </main>
        </FarthingProvider>
      </HydrationBoundary>
    </QueryClientProvider>
  );
}

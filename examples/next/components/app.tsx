"use client";
import { useEffect } from "react";
import { useRouter } from "next/navigation";
import type { JwtPayload } from "@supabase/supabase-js";
import { type DehydratedState, HydrationBoundary } from "@tanstack/react-query";
import { FarthingProvider, useUserId } from "@farthing/react";
import { supabase } from "../lib/browser.ts";
import { Chat } from "./chat.tsx";
import { Balance, Shop, TopUps } from "./credits.tsx";
import { History } from "./history.tsx";
import { SignIn } from "./sign-in.tsx";
import { Button } from "./ui.tsx";
import { Paint, Research } from "./work.tsx";

/**
 * Shows the page of the user whose session is in the cookies. Reloads the page when another user
 * signs in.
 */
function Easel({ user }: { user?: JwtPayload }) {
  const { refresh } = useRouter();
  const userId = useUserId(); // also changes when a user signs in or out in another tab
  useEffect(() => {
    if (userId !== (user?.sub ?? null)) refresh();
  }, [userId, user?.sub, refresh]);
  if (!user) return <SignIn auth={supabase.auth} />;
  return (
    <>
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
    </>
  );
}

/**
 * This is also rendered on the server, with the user from the cookies and the balance that the
 * server has read.
 */
export const App = ({ user, state }: { user?: JwtPayload; state: DehydratedState }) => (
  <FarthingProvider supabase={supabase} initialUserId={user?.sub ?? null}>
    <HydrationBoundary state={state}>
      <Easel user={user} />
    </HydrationBoundary>
  </FarthingProvider>
);

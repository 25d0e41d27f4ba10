import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { createClient, type User } from "@supabase/supabase-js";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createFarthing } from "@farthing/client";
import { FarthingProvider } from "@farthing/react";
import { Chat } from "./chat.tsx";
import { Balance, Shop, TopUps } from "./credits.tsx";
import { History } from "./history.tsx";
import { SignIn } from "./sign-in.tsx";
import { Button } from "./ui.tsx";
import { Paint, Research } from "./work.tsx";
import "./app.css";

const { VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY } = import.meta.env;
const supabase = createClient(VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY);
const farthing = createFarthing({
  supabase,
  // deno-lint-ignore no-console -- the log has each request id, for a question to the operator
  onAnswer: ({ status, url, requestId }) => console.info(status, url, requestId),
});

function App() {
  const [user, setUser] = useState<User | null>(); // undefined until the session is known
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_, session) => {
      setUser(session?.user ?? null);
    });
    return () => data.subscription.unsubscribe();
  }, []);
  if (user === undefined) return <p role="status" className="p-8">Loading…</p>;
  if (user === null) return <SignIn auth={supabase.auth} />;
  return (
    <FarthingProvider key={user.id} farthing={farthing} userId={user.id}>
      <header className="bar">
        <h1 className="brand">Easel</h1>
        <span className="muted max-sm:hidden">{user.email}</span>
        <Button onClick={() => supabase.auth.signOut()}>Sign out</Button>
      </header>
      <main className="page">
        <Balance />
        <Paint supabase={supabase} userId={user.id} />
        <TopUps />
        <Shop />
        <Research />
        <Chat />
        <History />
      </main>
    </FarthingProvider>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);

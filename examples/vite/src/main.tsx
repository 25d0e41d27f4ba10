import { Fragment, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "@supabase/supabase-js";
import { useQuery } from "@tanstack/react-query";
import { FarthingProvider, useUserId } from "@farthing/react";
import { Chat } from "./chat.tsx";
import { Balance, Shop, TopUps } from "./credits.tsx";
import { History } from "./history.tsx";
import { SignIn } from "./sign-in.tsx";
import { Button } from "./ui.tsx";
import { Paint, Research } from "./work.tsx";
import "./app.css";

const { VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY } = import.meta.env;
const supabase = createClient(VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY);

function App() {
  const userId = useUserId(); // undefined until the session is known
  const readEmail = async () => (await supabase.auth.getSession()).data.session?.user.email ?? "";
  const email = useQuery({ queryKey: ["email", userId], queryFn: readEmail }).data;
  if (userId === undefined) return <p role="status" className="p-8">Loading…</p>;
  if (userId === null) return <SignIn auth={supabase.auth} />;
  return (
    <Fragment key={userId}>
      <header className="bar">
        <h1 className="brand">Easel</h1>
        <span className="muted max-sm:hidden">{email}</span>
        <Button onClick={() => supabase.auth.signOut()}>Sign out</Button>
      </header>
      <main className="page">
        <Balance />
        <Paint userId={userId} />
        <TopUps />
        <Shop />
        <Research />
        <Chat />
        <History />
      </main>
    </Fragment>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <FarthingProvider
      supabase={supabase}
      // deno-lint-ignore no-console -- the log has each request id, for a question to the operator
      onAnswer={({ status, url, requestId }) => console.info(status, url, requestId)}
    >
      <App />
    </FarthingProvider>
  </StrictMode>,
);

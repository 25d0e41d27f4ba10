import { deepEqual, equal } from "node:assert/strict";
import { StrictMode } from "react";
import { QueryClient, QueryClientProvider, useQueryClient } from "@tanstack/react-query";
import { act, cleanup, render } from "../testing/page.tsx";
import { useCredits } from "../hooks/use-credits.ts";
import { useUserId } from "./context.tsx";
import { FarthingProvider } from "./provider.tsx";
import type { SupabaseSession } from "./session.ts";

type OnChange = Parameters<SupabaseSession["auth"]["onAuthStateChange"]>[0];

/** A client of supabase-js whose session the test changes. */
function supabaseOf() {
  const listeners = new Set<OnChange>();
  let user: string | null = null;
  const session = () =>
    Promise.resolve({ data: { session: user ? { access_token: `token of ${user}` } : null } });
  const supabase: SupabaseSession = {
    ...{ supabaseUrl: "https://abc.supabase.co", supabaseKey: "pk" },
    auth: {
      getSession: session,
      refreshSession: session,
      onAuthStateChange: (onChange) => {
        listeners.add(onChange);
        return { data: { subscription: { unsubscribe: () => void listeners.delete(onChange) } } };
      },
    },
  };
  const show = (next: string | null) => {
    user = next;
    for (const listener of listeners) listener("", user === null ? null : { user: { id: user } });
  };
  return { supabase, listeners, show };
}

/** Responds with a balance of 7 credits, and records whose token was sent. */
function serviceOf() {
  const tokens: (string | null)[] = [];
  const fetch = (input: RequestInfo | URL) => {
    tokens.push((input as Request).headers.get("authorization"));
    return Promise.resolve(Response.json({ data: { available: "7" }, metadata: {} }));
  };
  return { tokens, fetch };
}

let queries: QueryClient | undefined;

function Page() {
  queries = useQueryClient();
  return <p>{`${useUserId()}: ${useCredits().text}`}</p>;
}

Deno.test("the provider follows the session, with a query client of its own", async () => {
  const { supabase, listeners, show } = supabaseOf();
  const { tokens, fetch } = serviceOf();
  const page = render(
    <StrictMode>
      <FarthingProvider supabase={supabase} fetch={fetch}>
        <Page />
      </FarthingProvider>
    </StrictMode>,
  );
  try {
    page.getByText("undefined: …");
    act(() => show(null));
    page.getByText("null: Sign in required");
    act(() => show("ann"));
    await page.findByText("ann: 7");
    act(() => show("bob"));
    await page.findByText("bob: 7");
    deepEqual(new Set(tokens), new Set(["Bearer token of ann", "Bearer token of bob"]));
    equal(listeners.size, 1);
  } finally {
    cleanup();
    queries?.clear(); // The query client's timers would outlive the test.
  }
  equal(listeners.size, 0);
});

Deno.test("the provider uses the app's query client, and the user whom a server knows", async () => {
  const { supabase } = supabaseOf();
  const ofApp = new QueryClient();
  const page = render(
    <QueryClientProvider client={ofApp}>
      <FarthingProvider supabase={supabase} initialUserId="ann" fetch={serviceOf().fetch}>
        <Page />
      </FarthingProvider>
    </QueryClientProvider>,
  );
  try {
    await page.findByText("ann: 7");
    equal(queries, ofApp);
  } finally {
    cleanup();
    ofApp.clear();
  }
});

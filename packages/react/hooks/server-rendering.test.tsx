import { equal } from "node:assert/strict";
import { renderToString } from "react-dom/server";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { Farthing } from "@farthing/client";
import { FarthingProvider } from "../core/provider.tsx";
import { ProgressTracker } from "./progress-tracker.tsx";
import { useAutoTopUp } from "./use-auto-top-up.ts";
import { useBuy } from "./use-buy.ts";
import { useChat } from "./use-chat.ts";
import { useCredits } from "./use-credits.ts";
import { useEntries } from "./use-entries.ts";

/** A client that throws if it is used, because a server must read nothing. */
const unused = new Proxy({}, {
  get(_, name) {
    throw new Error(`the client's ${String(name)} is used`);
  },
}) as Farthing;

function Everything() {
  const states = [useCredits(), useBuy(), useEntries(), useAutoTopUp(), useChat({ model: "m" })];
  return (
    <>
      <ul>{states.map(({ status }, index) => <li key={index}>{status}</li>)}</ul>
      <ProgressTracker jobId="job-1" />
    </>
  );
}

function rendered(userId: string | null | undefined): string {
  const html = renderToString(
    <QueryClientProvider client={new QueryClient()}>
      <FarthingProvider farthing={unused} userId={userId}>
        <Everything />
      </FarthingProvider>
    </QueryClientProvider>,
  );
  return html.replaceAll(/<[^>]+>/g, " ").replaceAll(/\s+/g, " ").trim();
}

Deno.test("a server renders each state before the first reading, and reads nothing", () => {
  equal(rendered("user-1"), "loading idle loading loading idle Loading…");
  equal(rendered(undefined), "loading idle loading loading idle Loading…");
  const signedOut = "signed_out signed_out signed_out signed_out signed_out Sign in required";
  equal(rendered(null), signedOut);
});

/**
 * A page with the block that its query names, such as `?block=credit-balance`. With `&user=none`,
 * no user is signed in. If a test has stored a project's address, key and session, the page uses
 * that project. Otherwise it uses a fake service on its own origin.
 */
import { type ReactNode, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createFarthing } from "@farthing/client";
import { FarthingProvider, useFarthing } from "@farthing/react";
import { AutoTopUp } from "@/components/farthing/auto-top-up";
import { BuyButton } from "@/components/farthing/buy-button";
import { Chat } from "@/components/farthing/chat";
import { CreditBalance } from "@/components/farthing/credit-balance";
import { History } from "@/components/farthing/history";
import { JobProgress } from "@/components/farthing/job-progress";
import { Paywall } from "@/components/farthing/paywall";
import { PricingTable } from "@/components/farthing/pricing-table";
import { PurchaseStatus } from "@/components/farthing/purchase-status";
import { SignIn } from "@/components/farthing/sign-in";
import { Button } from "@/components/ui/button";
import { AllBlocks } from "./all-blocks.tsx";

interface Project {
  readonly url: string;
  readonly publishableKey: string;
  readonly userId: string | null;
  readonly token: string | null;
}

const asked = new URL(location.href).searchParams;
const fakeUser = asked.get("user") === "none" ? null : "user-1";
const fakeProject: Project = {
  ...{ url: location.origin, publishableKey: "sb_publishable_test" },
  ...{ userId: fakeUser, token: fakeUser },
};
const stored = localStorage.getItem("project");
const { url, publishableKey, userId, token }: Project = stored ? JSON.parse(stored) : fakeProject;

const farthing = createFarthing({ url, publishableKey, getAccessToken: () => token });

/** A button that starts paid work, and the dialog that opens if the user has too few credits. */
function PaidWork() {
  const { jobs } = useFarthing();
  const [error, setError] = useState<unknown>();
  return (
    <>
      <Button onClick={() => void jobs.research("What is a farthing?").catch(setError)}>
        Research
      </Button>
      <Paywall error={error} onClose={() => setError(undefined)} />
    </>
  );
}

/** An auth service that refuses each sign-in, and asks each new user to confirm the address. */
const auth = {
  signUp: () => Promise.resolve({ data: { session: null }, error: null }),
  signInWithPassword: () =>
    Promise.resolve({ data: { session: null }, error: new Error("Invalid login credentials") }),
};

const pages: Record<string, ReactNode> = {
  all: <AllBlocks />,
  "auto-top-up": <AutoTopUp />,
  "buy-button": (
    <div className="grid max-w-sm gap-4">
      <PurchaseStatus />
      <BuyButton package="starter">Buy 1,000 credits</BuyButton>
    </div>
  ),
  chat: (
    <Chat
      model="gpt-4o"
      explain={(error) => <p role="alert" className="text-sm">{error.message}</p>}
    />
  ),
  "credit-balance": <CreditBalance />,
  history: <History />,
  "job-progress": (
    <JobProgress jobId="job-1" title="Export">{() => <Button>Download</Button>}</JobProgress>
  ),
  paywall: <PaidWork />,
  "pricing-table": <PricingTable />,
  "sign-in": <SignIn auth={auth} />,
};

const block = asked.get("block") ?? "";
createRoot(document.querySelector("#root")!).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <FarthingProvider farthing={farthing} userId={userId}>
        <main className="mx-auto max-w-3xl p-4 sm:p-8">
          <h1 className="mb-4 text-sm text-muted-foreground">{block}</h1>
          {pages[block]}
        </main>
      </FarthingProvider>
    </QueryClientProvider>
  </StrictMode>,
);

import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createClient } from "@supabase/supabase-js";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { FarthingProvider, useFarthing, useUserId } from "@farthing/react";
import { AutoTopUp } from "@/components/farthing/auto-top-up";
import { Chat } from "@/components/farthing/chat";
import { CreditBalance } from "@/components/farthing/credit-balance";
import { History } from "@/components/farthing/history";
import { JobProgress } from "@/components/farthing/job-progress";
import { Paywall } from "@/components/farthing/paywall";
import { PricingTable } from "@/components/farthing/pricing-table";
import { SignIn } from "@/components/farthing/sign-in";
import { Trouble } from "@/components/farthing/trouble";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";

const { VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY } = import.meta.env;
const supabase = createClient(VITE_SUPABASE_URL, VITE_SUPABASE_PUBLISHABLE_KEY);

/** Asks for a text, does paid work with it, and shows the result. */
function Ask({ label, work }: { label: string; work: (text: string) => Promise<ReactNode> }) {
  const queries = useQueryClient();
  const onSettled = () => void queries.invalidateQueries();
  const { mutate, data, error, isPending } = useMutation({ mutationFn: work, onSettled });
  return (
    <form action={(form: FormData) => mutate(`${form.get("text")}`)} className="grid gap-2">
      <Input name="text" aria-label={label} required />
      <Button type="submit" disabled={isPending}>{label}</Button>
      {data}
      {error && <Trouble title="It failed" error={error} />}
      <Paywall error={error} />
    </form>
  );
}

function App() {
  const farthing = useFarthing();
  const userId = useUserId();
  const askOurModel = async (body: string) => {
    const answer = await farthing.fetch("/api/answers", { method: "POST", body });
    return <p role="status">{(await answer.json()).value}</p>;
  };
  const research = async (topic: string) => {
    const { job_id } = await farthing.jobs.research(topic);
    return <JobProgress key={job_id} jobId={job_id} title="Research" />;
  };
  return (
    <main key={userId} className="mx-auto grid max-w-3xl gap-6 p-6">
      <h1 className="text-2xl font-semibold">Thirteen tasks</h1>
      <SignIn auth={supabase.auth} />
      <CreditBalance />
      <PricingTable />
      <Ask label="Ask our model" work={askOurModel} />
      <Ask label="Research" work={research} />
      <Chat model="gpt-4o" storedAs="chat" explain={(error) => <Paywall error={error} />} />
      <History />
      <AutoTopUp />
    </main>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <FarthingProvider supabase={supabase}>
      <App />
    </FarthingProvider>
  </StrictMode>,
);

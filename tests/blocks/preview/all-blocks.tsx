/** All blocks on one page, as an app would combine them. */
import { type FormEvent, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useFarthing } from "@farthing/react";
import { AutoTopUp } from "@/components/farthing/auto-top-up";
import { Chat } from "@/components/farthing/chat";
import { CreditBalance } from "@/components/farthing/credit-balance";
import { History } from "@/components/farthing/history";
import { JobProgress } from "@/components/farthing/job-progress";
import { Paywall } from "@/components/farthing/paywall";
import { PricingTable } from "@/components/farthing/pricing-table";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";

/** Starts a job, and follows it. */
function Research() {
  const { jobs } = useFarthing();
  const queries = useQueryClient();
  const [jobId, setJobId] = useState<string | null>(null);
  const [error, setError] = useState<unknown>();
  const start = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const topic = String(new FormData(event.currentTarget).get("topic"));
    void jobs.research(topic).then(({ job_id }) => {
      setJobId(job_id);
      return queries.invalidateQueries({ queryKey: ["farthing"] }); // The hold changes the balance.
    }, setError);
  };
  return (
    <>
      <form onSubmit={start} className="flex gap-2">
        <Input name="topic" aria-label="Topic" required />
        <Button type="submit">Research</Button>
      </form>
      {jobId !== null && (
        <JobProgress key={jobId} jobId={jobId} title="Report">
          {() => <p>The report is ready.</p>}
        </JobProgress>
      )}
      <Paywall error={error} onClose={() => setError(undefined)} />
    </>
  );
}

export function AllBlocks() {
  return (
    <div className="grid gap-4">
      <CreditBalance />
      <PricingTable />
      <Research />
      <Chat model="gpt-4o" explain={(error) => <Paywall error={error} />} />
      <History />
      <AutoTopUp />
    </div>
  );
}

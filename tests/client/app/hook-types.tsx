/** Type tests of the packed hooks: each line after `@ts-expect-error` must not compile. */
import { useQuery } from "@tanstack/react-query";
import {
  creditsQuery,
  ProgressTracker,
  useAutoTopUp,
  useBuy,
  useChat,
  useCredits,
  useFarthing,
  useJobStatus,
} from "@farthing/react";

function Valid({ userId }: { userId: string }) {
  const credits = useCredits();
  const { data } = useQuery(creditsQuery(useFarthing(), userId));
  const { buy, error } = useBuy();
  const chat = useChat({ model: "gpt-4o" });
  const { changeError } = useAutoTopUp();
  if (credits.status === "unknown") return <p>{credits.error.code}</p>;
  if (error?.code === "unknown_package") return <p>{error.requestId}</p>;
  if (changeError !== null && changeError.retryable) return <p>{changeError.message}</p>;
  const available = credits.status === "ready" ? credits.data.available : credits.text;
  return (
    <button type="button" onClick={() => buy({ package: "starter" })}>
      {available} {data?.held} {chat.messages.map(({ content }) => content)}
      <ProgressTracker jobId="id">{(job) => <p>{job.type}</p>}</ProgressTracker>
    </button>
  );
}

function Invalid() {
  const credits = useCredits();
  const { buy } = useBuy();
  const job = useJobStatus(null);
  // @ts-expect-error The balance may be unknown.
  credits.data.available.padStart(9);
  // @ts-expect-error The code does not exist.
  if (credits.status === "unknown" && credits.error.code === "no_credits") return null;
  // @ts-expect-error The state does not exist.
  if (job.status === "done") return null;
  // @ts-expect-error A purchase must name its package.
  buy({ currency: "eur" });
  // @ts-expect-error A chat must name its model.
  useChat({});
  // @ts-expect-error A tracker must name its job.
  return <ProgressTracker />;
}

void [Valid, Invalid];

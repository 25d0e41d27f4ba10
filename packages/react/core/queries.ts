/** Query options for the app's own TanStack Query client: `useQuery(creditsQuery(farthing, id))`. */
import { queryOptions } from "@tanstack/react-query";
import { type CurrentBalance, type EndedOrder, type Farthing, type Job } from "@farthing/client";
import { OWN_RETRIES } from "./state.ts";
import { follow } from "./follow.ts";

/** The beginning of all keys of a user: invalidate it to read everything again. */
export const farthingKey = (userId: string) => ["farthing", userId] as const;

/** A balance is unknown rather than loading after this time. */
const READ_MS = 20_000;
/** A page follows an order or a job this long by default, and then offers to look again. */
const FOLLOW_MS = 600_000;

/** The balance of this moment. */
export function creditsQuery(farthing: Farthing, userId: string) {
  return queryOptions<CurrentBalance>({
    ...OWN_RETRIES,
    queryKey: [...farthingKey(userId), "credits"],
    queryFn: ({ signal }) => farthing.credits.get({ signal, timeoutMs: READ_MS }),
  });
}

/** An order until it has ended; while it is open, `order` changes and `credits` is null. */
export function orderQuery(
  farthing: Farthing,
  userId: string,
  orderId: string,
  timeoutMs = FOLLOW_MS,
) {
  return queryOptions<EndedOrder>({
    ...OWN_RETRIES,
    queryKey: [...farthingKey(userId), "order", orderId],
    staleTime: Infinity,
    queryFn: async ({ signal, client, queryKey }) => {
      const onLook = (order: EndedOrder["order"]) =>
        client.setQueryData<EndedOrder>(queryKey, { order, credits: null });
      const ended = await farthing.waitForOrder(orderId, { signal, timeoutMs, onLook });
      const { queryKey: creditsKey } = creditsQuery(farthing, userId);
      // The balance is replaced before the order ends here, so that no page shows the old one.
      await client.cancelQueries({ queryKey: creditsKey });
      if (ended.credits !== null) client.setQueryData(creditsKey, ended.credits);
      else void client.resetQueries({ queryKey: creditsKey });
      void client.invalidateQueries({ queryKey: [...farthingKey(userId), "entries"] });
      return ended;
    },
  });
}

/** A job now and after each change, until it has ended. */
export function jobQuery(
  farthing: Farthing,
  userId: string,
  jobId: string,
  timeoutMs = FOLLOW_MS,
) {
  return queryOptions<Job>({
    ...OWN_RETRIES,
    queryKey: [...farthingKey(userId), "job", jobId],
    staleTime: Infinity,
    queryFn: async ({ signal, client, queryKey }) => {
      const job = await follow(
        (signal) => farthing.jobs.follow(jobId, { signal }),
        { signal, timeoutMs, onChange: (job) => client.setQueryData(queryKey, job) },
      );
      // The job's steps were charged.
      void client.invalidateQueries(creditsQuery(farthing, userId));
      return job;
    },
  });
}

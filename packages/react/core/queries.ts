/**
 * Query options for the app's own TanStack Query client: `useQuery(creditsQuery(farthing, id))`.
 */
import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryKey,
  queryOptions,
  type UnusedSkipTokenInfiniteOptions,
  type UnusedSkipTokenOptions,
} from "@tanstack/react-query";
import type {
  CurrentBalance,
  EndedOrder,
  EntriesFilter,
  Entry,
  Farthing,
  Job,
  Package,
  Page,
  TopUps,
} from "@farthing/client";
import { follow, FOLLOW_MS } from "./follow-job.ts";
import type { SavedCard } from "./return-address.ts";
import { whileOpen } from "./refetch-interval.ts";
import { OWN_READS } from "./query-options.ts";

interface Keyed {
  readonly queryKey: QueryKey;
}

/**
 * The types of the options. They are built only from types that each supported version of TanStack
 * Query exports.
 */
type Options<Data> = UnusedSkipTokenOptions<Data> & Keyed;
type PagesOptions<Item> =
  & UnusedSkipTokenInfiniteOptions<
    Page<Item>,
    Error,
    InfiniteData<Page<Item>>,
    QueryKey,
    string | null
  >
  & Keyed;

/** The first part of the key of every query that reads this user's data. */
export const farthingKey = (userId: string) => ["farthing", userId] as const;

/**
 * Selects the queries whose data is out of date after a charge: the balance and the entries. Use it
 * as in `queries.invalidateQueries({ predicate: isChargedTo(userId) })`. It does not select jobs
 * and orders, because their queries run until the job or the order has ended.
 */
export function isChargedTo(userId: string) {
  return ({ queryKey: [app, user, subject] }: { readonly queryKey: readonly unknown[] }): boolean =>
    app === "farthing" && user === userId && (subject === "credits" || subject === "entries");
}

/** The time limit of one read. A state that could not be read within this time is `unknown`. */
const READ_MS = 20_000;

interface WithStatus {
  readonly status: string;
}

/** Returns whether a job or an order has not ended. */
export function isOpen(one: WithStatus | undefined): boolean {
  return ["pending", "queued", "processing"].includes(one?.status ?? "");
}

/**
 * The data of an open order or job is stale at once, so that a page that is opened again follows
 * the order or job. The data of an ended order or job stays fresh.
 */
const staleTimeOf = (one: WithStatus | undefined) => isOpen(one) ? 0 : Infinity;

/**
 * Polls the balance while credits are held, because the page cannot know when a hold ends: the last
 * step of a cancelled job is charged after the job has ended, and a back end settles its own holds.
 */
const whileHeld = whileOpen<CurrentBalance>(({ held }) => Number(held) > 0 ? held : null);

/** Returns the query that reads the packages on sale, which are the same for each visitor. */
export function packagesQuery(farthing: Farthing): Options<Package[]> {
  return queryOptions<Package[]>({
    ...OWN_READS,
    queryKey: ["farthing", "packages"],
    queryFn: ({ signal }) => farthing.packages({ signal, timeoutMs: READ_MS }),
  });
}

/** Returns the query that reads the current balance, and polls it while credits are held. */
export function creditsQuery(farthing: Farthing, userId: string): Options<CurrentBalance> {
  return queryOptions<CurrentBalance>({
    ...OWN_READS,
    queryKey: [...farthingKey(userId), "credits"],
    queryFn: async ({ signal, client, queryKey }) => {
      const before = client.getQueryData<CurrentBalance>(queryKey);
      const now = await farthing.credits.get({ signal, timeoutMs: READ_MS, signedInAs: userId });
      // Each change of the balance has an entry, so the entries are out of date, too.
      if (before !== undefined && before.balance !== now.balance) {
        void client.invalidateQueries({ queryKey: [...farthingKey(userId), "entries"] });
      }
      return now;
    },
    refetchInterval: whileHeld,
  });
}

/**
 * Returns the query that follows an order until it has ended. Until then `order` may change, and
 * `credits` is null.
 */
export function orderQuery(
  farthing: Farthing,
  userId: string,
  orderId: string,
  timeoutMs = FOLLOW_MS,
): Options<EndedOrder> {
  return queryOptions<EndedOrder>({
    ...OWN_READS,
    queryKey: [...farthingKey(userId), "order", orderId],
    staleTime: ({ state }) => staleTimeOf(state.data?.order),
    refetchOnMount: true,
    queryFn: async ({ signal, client, queryKey }) => {
      const onLook = (order: EndedOrder["order"]) => {
        // Do not show an ended order yet: this query returns it later, with the new balance.
        if (isOpen(order)) client.setQueryData<EndedOrder>(queryKey, { order, credits: null });
      };
      const wait = { signal, timeoutMs, onLook, signedInAs: userId };
      const ended = await farthing.waitForOrder(orderId, wait);
      const { queryKey: creditsKey } = creditsQuery(farthing, userId);
      // Replace the balance before this query returns the ended order, so that no page shows the
      // paid order with the old balance.
      await client.cancelQueries({ queryKey: creditsKey });
      if (ended.credits !== null) client.setQueryData(creditsKey, ended.credits);
      else void client.resetQueries({ queryKey: creditsKey });
      void client.invalidateQueries({ queryKey: [...farthingKey(userId), "entries"] });
      return ended;
    },
  });
}

/** Returns the query that reads a job now and after each change, until it has ended. */
export function jobQuery(
  farthing: Farthing,
  userId: string,
  jobId: string,
  timeoutMs = FOLLOW_MS,
): Options<Job> {
  return queryOptions<Job>({
    ...OWN_READS,
    queryKey: [...farthingKey(userId), "job", jobId],
    staleTime: ({ state }) => staleTimeOf(state.data),
    refetchOnMount: true,
    queryFn: async ({ signal, client, queryKey }) => {
      const job = await follow(
        (signal) => farthing.jobs.follow(jobId, { signal, signedInAs: userId }),
        { signal, timeoutMs, onChange: (job) => client.setQueryData(queryKey, job) },
      );
      // The steps of the job were charged, so the balance and the entries are out of date.
      void client.invalidateQueries({ predicate: isChargedTo(userId) });
      return job;
    },
  });
}

/** Returns the query that reads the ledger's entries page by page, newest first. */
export function entriesQuery(
  farthing: Farthing,
  userId: string,
  filter: EntriesFilter = {},
): PagesOptions<Entry> {
  return infiniteQueryOptions<
    Page<Entry>,
    Error,
    InfiniteData<Page<Entry>>,
    QueryKey,
    string | null
  >({
    ...OWN_READS,
    queryKey: [...farthingKey(userId), "entries", filter],
    initialPageParam: null,
    // TanStack Query reads all loaded pages again, one after the other. This is needed after a
    // charge, but it is too much work each time the window gets the focus.
    refetchOnWindowFocus: ({ state }) => (state.data?.pages.length ?? 0) <= 1,
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: 50, ...filter, ...pageParam !== null && { cursor: pageParam } };
      const call = { signal, timeoutMs: READ_MS, signedInAs: userId };
      return farthing.page("/credits/entries", { query }, call);
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** Returns a text that identifies the top-up that is under way; null if no top-up is under way. */
export function openCharge({ state, pending_charge: pending }: TopUps): string | null {
  return state === "charging" || pending ? `${state} ${pending?.order_id}` : null;
}

const whileCharging = whileOpen<TopUps>(openCharge);

/**
 * Returns a text that changes when a top-up begins and when it ends, even if the top-up began and
 * ended between two reads.
 */
function chargesOf({ pending_charge: pending, charges }: TopUps): string {
  const [last] = charges ?? []; // An earlier version of the service may not send `charges`.
  return [pending, last].map((one) => `${one?.order_id} ${one?.status}`).join();
}

/**
 * Returns the query that reads the terms and the state of automatic top-ups, and polls them while a
 * top-up is under way.
 */
export function topUpsQuery(farthing: Farthing, userId: string): Options<TopUps> {
  return queryOptions<TopUps>({
    ...OWN_READS,
    queryKey: [...farthingKey(userId), "top-ups"],
    queryFn: async ({ signal, client, queryKey }) => {
      const before = client.getQueryData<TopUps>(queryKey);
      const now = await farthing.topUps.get({ signal, timeoutMs: READ_MS, signedInAs: userId });
      if (before !== undefined && chargesOf(before) !== chargesOf(now)) {
        void client.invalidateQueries({ predicate: isChargedTo(userId) });
      }
      return now;
    },
    refetchInterval: whileCharging,
  });
}

/**
 * Returns the query that waits for the card that the user has saved on Stripe's page, and writes
 * each response into the data of `topUpsQuery`.
 */
export function savedCardQuery(
  farthing: Farthing,
  userId: string,
  card: SavedCard,
): Options<TopUps> {
  return queryOptions<TopUps>({
    ...OWN_READS,
    queryKey: [...farthingKey(userId), "saved-card", card],
    queryFn: async ({ signal, client }) => {
      const { queryKey: topUpsKey } = topUpsQuery(farthing, userId);
      const onLook = (topUps: TopUps) => client.setQueryData(topUpsKey, topUps);
      const hadCard = card === "other";
      const topUps = await farthing.topUps.waitForCard({
        ...{ signal, hadCard, onLook, signedInAs: userId },
      });
      // A read of the top-up settings that began before the card was saved must not overwrite the
      // newer settings.
      await client.cancelQueries({ queryKey: topUpsKey });
      client.setQueryData(topUpsKey, topUps);
      return topUps;
    },
  });
}

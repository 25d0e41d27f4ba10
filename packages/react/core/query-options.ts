/** The options that every query and mutation of the hooks has, whatever the app's defaults are. */

/**
 * The options of every mutation. TanStack Query must not retry, because the client retries its
 * calls itself, with one Idempotency-Key.
 */
export const OWN_CHANGES = { retry: false, networkMode: "always", throwOnError: false } as const;

/**
 * The options of every query. They override the app's defaults: with `keepPreviousData` as a
 * default, one user would see another user's data.
 */
export const OWN_READS = {
  ...OWN_CHANGES,
  placeholderData: () => undefined,
  refetchOnReconnect: true,
} as const;

/**
 * React hooks of Farthing, on the app's own TanStack Query client.
 */
export { FarthingProvider, type FarthingProviderProps, useFarthing } from "./core/context.tsx";
export { creditsQuery, farthingKey, jobQuery, orderQuery } from "./core/queries.ts";
export type { Loading, Reading, Ready, SignedOut, Unknown } from "./core/state.ts";
export { type BuyState, type Purchase, useBuy } from "./hooks/use-buy.ts";
export { type CreditsState, type Paying, useCredits } from "./hooks/use-credits.ts";
export { type JobState, type JobStatusOptions, useJobStatus } from "./hooks/use-job-status.ts";

/** React hooks of Farthing, on the app's own TanStack Query client. */
export { useFarthing, useUserId } from "./core/context.tsx";
export { FarthingProvider, type FarthingProviderProps } from "./core/provider.tsx";
export type { SupabaseSession } from "./core/session.ts";
export {
  creditsQuery,
  entriesQuery,
  farthingKey,
  isChargedTo,
  jobQuery,
  orderQuery,
  packagesQuery,
  topUpsQuery,
} from "./core/queries.ts";
export {
  type Loading,
  type Reading,
  readingOf,
  type Ready,
  type SignedOut,
  type Unknown,
} from "./core/reading-state.ts";
export {
  ProgressTracker,
  type ProgressTrackerProps,
  type ProgressWords,
} from "./hooks/progress-tracker.tsx";
export { type AutoTopUpState, type TopUpTerms, useAutoTopUp } from "./hooks/use-auto-top-up.ts";
export { type BuyState, type Purchase, useBuy } from "./hooks/use-buy.ts";
export { type ChatMessage, type ChatSettings, type ChatState, useChat } from "./hooks/use-chat.ts";
export { type CreditsState, type Paying, useCredits } from "./hooks/use-credits.ts";
export { type EntriesState, useEntries } from "./hooks/use-entries.ts";
export { type JobState, type JobStatusOptions, useJobStatus } from "./hooks/use-job-status.ts";
export { usePackages } from "./hooks/use-packages.ts";

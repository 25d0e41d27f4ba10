/** Metering without the AI SDK. */
export { FarthingError } from "@farthing/client/server";
export { JournalError } from "./core/call.ts";
export { fileJournal } from "./core/file-journal.ts";
export { memoryJournal } from "./core/journal.ts";
export { createMetering } from "./core/metering.ts";
export { tokensOfOpenAI } from "./core/openai-tokens.ts";
export type { CallTerms, MeteredCall, Observed, Pending, Settlement } from "./core/call.ts";
export type { FileSystem } from "./core/file-journal.ts";
export type { Finished, FinishOptions } from "./core/finish-settlements.ts";
export type { Journal, JournalRecord } from "./core/journal.ts";
export type { Metered, MeteredWork, Metering, MeteringOptions, Running } from "./core/metering.ts";
export type { Free, Settled } from "./core/settle.ts";
export type { OpenAIUsage } from "./core/openai-tokens.ts";
export type { Price, Spent } from "./core/price.ts";
export type { Tokens } from "./core/tokens.ts";

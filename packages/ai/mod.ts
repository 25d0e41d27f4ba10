/** Metering for the AI SDK. Without the AI SDK, use `@farthing/ai/meter`. */
export * from "./meter.ts";
export { creditsMiddleware } from "./ai-sdk/middleware.ts";
export type { CountTokens } from "./ai-sdk/count-tokens.ts";
export type { CreditsOptions } from "./ai-sdk/credits-options.ts";

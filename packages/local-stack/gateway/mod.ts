/** Serves the Edge Functions and makes their environment variables. */
export { aiEnvironment, MODELS } from "../ai/models.ts";
export { type FunctionContext, functionEnvironment } from "./function-environment.ts";

export { forward } from "../core/forward.ts";

export { functionRoutes } from "./function-routes.ts";
export { functionsOnDemand } from "./load-functions.ts";

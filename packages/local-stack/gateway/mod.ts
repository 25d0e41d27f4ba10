/** Serves the functions and makes their environment variables. */
export { aiEnvironment, MODELS } from "../ai/models.ts";
export { type FunctionContext, functionEnvironment } from "./function-environment.ts";

export { forward } from "../core/forward.ts";

export { functionRoutes, functionsOnDemand } from "./functions.ts";

/** Fraud, for operators: decisions, blocks, early warnings, limits. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import {
  addBlock,
  changePolicy,
  clearWarning,
  listBlocks,
  listDecisions,
  listWarnings,
  readPolicy,
  removeBlock,
} from "./routes.ts";

const routes = [
  listDecisions,
  listBlocks,
  addBlock,
  removeBlock,
  listWarnings,
  clearWarning,
  readPolicy,
  changePolicy,
];

export const createApp = (source: ServicesSource) => createFunctionApp("fraud", routes, source);

export const app = createApp(servicesFromEnv);

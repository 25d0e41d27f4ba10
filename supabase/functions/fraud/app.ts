/** Fraud, for operators: decisions, blocks, early warnings, limits. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { addBlock } from "./add-block.ts";
import { changePolicy } from "./change-policy.ts";
import { clearWarning } from "./clear-warning.ts";
import { listBlocks } from "./list-blocks.ts";
import { listDecisions } from "./list-decisions.ts";
import { listWarnings } from "./list-warnings.ts";
import { readPolicy } from "./read-policy.ts";
import { removeBlock } from "./remove-block.ts";

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

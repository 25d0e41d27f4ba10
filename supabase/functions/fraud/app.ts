/** The `fraud` function, for operators: decisions, blocks, early fraud warnings and limits. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
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

export const { app, createApp, declaration } = defineFunction("fraud", [
  listDecisions,
  listBlocks,
  addBlock,
  removeBlock,
  listWarnings,
  clearWarning,
  readPolicy,
  changePolicy,
], servicesFromEnv);

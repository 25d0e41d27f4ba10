/** The `disputes` function: operators read disputes. Disputes that wait for evidence come first. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listDisputes, readDispute } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "disputes",
  [listDisputes, readDispute],
  servicesFromEnv,
);

/** The inbox for operators: Stripe's events, those that are stuck, and those that never came. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { backfillEvents, listEvents, readEvent, replayDead, replayEvent } from "./routes.ts";

const routes = [listEvents, replayDead, backfillEvents, readEvent, replayEvent];

export const createApp = (source: ServicesSource) =>
  createFunctionApp("webhook-events", routes, source);

export const app = createApp(servicesFromEnv);

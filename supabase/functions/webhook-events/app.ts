/** The inbox for operators: Stripe's events, those that are stuck, and those that never came. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { backfillEvents, listEvents, readEvent, replayDead, replayEvent } from "./routes.ts";

export const { app, createApp } = defineFunction("webhook-events", [
  listEvents,
  replayDead,
  backfillEvents,
  readEvent,
  replayEvent,
], servicesFromEnv);

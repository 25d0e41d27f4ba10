/**
 * The `webhook-events` function: operators read the inbox, apply events again, and fetch events
 * that never arrived.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { backfillEvents, listEvents, readEvent, replayDead, replayEvent } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction("webhook-events", [
  listEvents,
  replayDead,
  backfillEvents,
  readEvent,
  replayEvent,
], servicesFromEnv);

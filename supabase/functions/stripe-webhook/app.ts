/** The `stripe-webhook` function: the endpoint to which Stripe delivers events. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { receiveEvent } from "./receive-event.ts";

export const { app, createApp, declaration } = defineFunction(
  "stripe-webhook",
  [receiveEvent],
  servicesFromEnv,
);

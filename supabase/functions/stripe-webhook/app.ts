/** The address that Stripe delivers events to. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { receiveEvent } from "./receive-event.ts";

const routes = [receiveEvent];

export const createApp = (source: ServicesSource) =>
  createFunctionApp("stripe-webhook", routes, source);

export const app = createApp(servicesFromEnv);

/** Providers: users who sell, their onboarding at Stripe, and how it stands. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { createLink, readProvider } from "./routes.ts";
import { startProvider } from "./start-provider.ts";

const routes = [startProvider, readProvider, createLink];

export const createApp = (source: ServicesSource) => createFunctionApp("providers", routes, source);

export const app = createApp(servicesFromEnv);

/** Auto top-up: a user's terms, their saved card, and how it goes. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { readTopUps, setTopUps, stopTopUps } from "./routes.ts";
import { saveCard } from "./save-card.ts";

const routes = [readTopUps, setTopUps, saveCard, stopTopUps];

export const createApp = (source: ServicesSource) => createFunctionApp("top-ups", routes, source);

export const app = createApp(servicesFromEnv);

/** Language models, paid in credits: chat, and research as a job. */
import { servicesWithModels } from "../_shared/services-with-models.ts";
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import type { ServicesSource } from "../_shared/http/app-services.ts";
import { chat } from "./chat.ts";
import { startResearch } from "./research.ts";

const routes = [chat, startResearch];

export const createApp = (source: ServicesSource) => createFunctionApp("ai", routes, source);

export const app = createApp(servicesWithModels);

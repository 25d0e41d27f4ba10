/** The `ai` function: chats with a language model and research jobs, both paid in credits. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesWithModels } from "../_shared/services-with-models.ts";
import { chat } from "./chat.ts";
import { startResearch } from "./research.ts";

export const { app, createApp } = defineFunction("ai", [chat, startResearch], servicesWithModels);

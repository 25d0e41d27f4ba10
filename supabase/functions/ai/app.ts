/**
 * The `ai` function: chats with a language model, also in the shape of OpenAI's API, and research
 * jobs. All are paid in credits.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesWithModels } from "../_shared/services-with-models.ts";
import { chat } from "./chat.ts";
import { openAiChat } from "./openai-chat.ts";
import { listOpenAiModels, readOpenAiModel } from "./openai-models.ts";
import { startResearch } from "./research.ts";

const ROUTES = [chat, openAiChat, listOpenAiModels, readOpenAiModel, startResearch];

export const { app, createApp, declaration } = defineFunction("ai", ROUTES, servicesWithModels);

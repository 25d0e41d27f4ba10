/** Auto top-up: a user's terms, their saved card, and how it goes. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { readTopUps, setTopUps, stopTopUps } from "./routes.ts";
import { saveCard } from "./save-card.ts";

export const { app, createApp } = defineFunction("top-ups", [
  readTopUps,
  setTopUps,
  saveCard,
  stopTopUps,
], servicesFromEnv);

/** The `top-ups` function: a user's auto top-up, with its settings and the saved card. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { readTopUps, setTopUps, stopTopUps } from "./routes.ts";
import { removeCard } from "./remove-card.ts";
import { saveCard } from "./save-card.ts";

export const { app, createApp, declaration } = defineFunction("top-ups", [
  readTopUps,
  setTopUps,
  saveCard,
  removeCard,
  stopTopUps,
], servicesFromEnv);

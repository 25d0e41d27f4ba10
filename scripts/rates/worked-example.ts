import type { Rate } from "./price-map.ts";

/**
 * GPT-4o at its launch price, which the documentation uses as an example: 1000 input tokens and 500
 * output tokens cost 50 credits. The seed has this price instead of the price map's.
 */
export const WORKED_EXAMPLE: Partial<Rate> & { model: string } = {
  model: "gpt-4o",
  input_per_million_usd: "5",
  cached_input_per_million_usd: "2.5",
  output_per_million_usd: "15",
};

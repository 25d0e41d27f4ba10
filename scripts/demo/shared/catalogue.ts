import { z } from "zod";
import type { Buyer } from "./buyer.ts";
import type { ModelRate } from "./price-request.ts";
import { DemoError } from "./service.ts";

/** `amount` is in the currency's minor unit. Credits are decimal numbers, written as text. */
export interface Package {
  id: string;
  name: string;
  amount: number;
  credits: string;
  bonus_credits: string;
  total_credits: string;
}

const packages = z.array(z.object({
  id: z.string(),
  name: z.string(),
  amount: z.number().int(),
  currency: z.string(),
  credits: z.string(),
  bonus_credits: z.string(),
  total_credits: z.string(),
}));
const rates = z.array(z.object({
  model: z.string(),
  version: z.number().int(),
  input_per_million_usd: z.string(),
  cached_input_per_million_usd: z.string().nullable(),
  output_per_million_usd: z.string(),
  reasoning_per_million_usd: z.string().nullable(),
  markup: z.string(),
}));

/** Returns the packages on sale, cheapest first. */
export async function readPackages(buyer: Buyer): Promise<Package[]> {
  return packages.parse(await buyer.get("checkout/packages")).toSorted((a, b) =>
    a.amount - b.amount
  );
}

/** Returns the current rate of one model. */
export async function readRate(buyer: Buyer, model: string): Promise<ModelRate> {
  const rate = rates.parse(await buyer.get("usage/rates")).find((each) => each.model === model);
  if (!rate) {
    throw new DemoError(`the service has no rate for ${model}: run the seed or rates:import`);
  }
  return rate;
}

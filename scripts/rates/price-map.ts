import { isLosslessNumber, parse } from "lossless-json";
import { perMillion, type Price } from "./per-million.ts";

/**
 * Prices in USD per million tokens as decimal text. If the price of cached input or cache writes is
 * null, the input price applies. If the price of reasoning is null, the output price applies.
 */
export interface ModelPrices {
  model: string;
  input_per_million_usd: string;
  cached_input_per_million_usd: string | null;
  cache_write_per_million_usd: string | null;
  output_per_million_usd: string;
  reasoning_per_million_usd: string | null;
}

/**
 * A rate to import. If the markup is null, the database keeps the markup of a known model, and
 * gives a new model the default.
 */
export interface Rate extends ModelPrices {
  markup: string | null;
}

/**
 * The content of a price map: the rates to import, the entries without a price per token, and the
 * refused entries.
 */
export interface PriceMap {
  rates: ModelPrices[];
  skipped: { model: string; reason: string }[];
  refused: { model: string; field: string; reason: string }[];
  /**
   * Models that also charge for audio, images or long contexts. Only their ordinary text prices are
   * imported.
   */
  textOnly: string[];
}

/** The whole file is unusable. The message says why. */
export class PriceMapError extends Error {
  override name = "PriceMapError";
}

const MODES_BY_TOKEN = ["chat", "completion", "responses"];
const MODEL_LENGTH_MAX = 200;
const OTHER_PRICES =
  /^(input|output)_cost_per_(audio|image|video|character|second)|_cost_per_token_above_\d+k/;
const FIELDS = {
  input: "input_cost_per_token",
  cached: "cache_read_input_token_cost",
  cacheWrite: "cache_creation_input_token_cost",
  output: "output_cost_per_token",
  reasoning: "output_cost_per_reasoning_token",
} as const;

type Entry = Record<string, unknown>;
type Prices = Record<keyof typeof FIELDS, Price>;

const isEntry = (value: unknown): value is Entry =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isLosslessNumber(value);

/**
 * Reads the text of LiteLLM's price map. `only` limits the result to the named models. If the map
 * lacks one of them, that is an error, so that a typing mistake never imports less than requested.
 * @throws PriceMapError if the text is not a price map or lacks a model of `only`
 */
export function readPriceMap(text: string, only?: string[]): PriceMap {
  const entries = parseEntries(text);
  const unknown = (only ?? []).filter((model) => !Object.hasOwn(entries, model));
  if (unknown.length > 0) {
    throw new PriceMapError(`lacks the requested models: ${unknown.join(", ")}`);
  }
  const map: PriceMap = { rates: [], skipped: [], refused: [], textOnly: [] };
  for (const model of only ?? Object.keys(entries)) {
    readEntry(map, model, entries[model]);
  }
  return map;
}

function parseEntries(text: string): Entry {
  let json: unknown;
  try {
    json = parse(text);
  } catch (error) {
    throw new PriceMapError(`is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (!isEntry(json) || Object.keys(json).length === 0) {
    throw new PriceMapError("is not a price map: it should be an object with a key per model");
  }
  return json;
}

function readEntry(map: PriceMap, model: string, entry: unknown): void {
  const skip = (reason: string) => map.skipped.push({ model, reason });
  const refuse = (field: string, reason: string) => map.refused.push({ model, field, reason });
  if (!isEntry(entry)) return void refuse("entry", "is not an object");
  if (model.trim() === "" || model.length > MODEL_LENGTH_MAX) {
    return void refuse(
      "model",
      `must have a name of 1 to ${MODEL_LENGTH_MAX} characters that is not blank`,
    );
  }
  if (!MODES_BY_TOKEN.includes(String(entry.mode))) return void skip(modeReason(entry.mode));

  const prices = Object.fromEntries(
    Object.entries(FIELDS).map(([kind, field]) => [kind, perMillion(entry[field])]),
  ) as Prices;
  const refusals = Object.entries(prices).flatMap(([kind, price]) =>
    "refused" in price ? [{ field: FIELDS[kind as keyof Prices], reason: price.refused }] : []
  );
  for (const { field, reason } of refusals) refuse(field, reason);
  if (refusals.length > 0) return;

  const { input, output } = prices;
  if (!("price" in input) || !("price" in output)) {
    const missing = [input, output].some((price) =>
      "absent" in price && price.absent === "missing"
    );
    return void skip(missing ? "no input or no output price per token" : "a price of zero");
  }
  map.rates.push({
    model,
    input_per_million_usd: input.price,
    cached_input_per_million_usd: optional(prices.cached),
    cache_write_per_million_usd: optional(prices.cacheWrite),
    output_per_million_usd: output.price,
    reasoning_per_million_usd: optional(prices.reasoning),
  });
  if (Object.keys(entry).some((field) => OTHER_PRICES.test(field))) map.textOnly.push(model);
}

/**
 * A price of zero means that the model's provider does not charge separately for this kind of
 * tokens. Such a price becomes null, so that the price of input or output applies.
 */
const optional = (price: Price): string | null => "price" in price ? price.price : null;

const modeReason = (mode: unknown): string =>
  typeof mode === "string" && /^[a-z_]{1,40}$/.test(mode)
    ? `mode ${mode} is not priced by text tokens`
    : "no mode that is priced by text tokens";

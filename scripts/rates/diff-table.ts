import pc from "picocolors";
import { formatTable } from "@farthing/command-line";
import type { RatesDiff } from "./rates-diff.ts";
import { Exact } from "./exact.ts";
import type { PriceMap, Rate } from "./price-map.ts";

const KINDS = [
  ["input", "input_per_million_usd"],
  ["cached input", "cached_input_per_million_usd"],
  ["cache write", "cache_write_per_million_usd"],
  ["output", "output_per_million_usd"],
  ["reasoning", "reasoning_per_million_usd"],
  ["markup", "markup"],
] as const;
/**
 * How many names of models are listed for each reason to skip models. The other models are only
 * counted, because a price map has thousands of models.
 */
const NAMES_SHOWN = 3;

/** Formats the difference between a price map and the rates in force, in USD per million tokens. */
export function formatDiff(diff: RatesDiff, rates: Rate[]): string {
  const blocks = [
    `${pc.green(`+ ${diff.added.length} new`)}  ` +
    `${pc.yellow(`~ ${countModels(diff)} changed`)}  ` +
    pc.dim(`= ${diff.unchanged} unchanged`),
  ];
  if (diff.added.length > 0) blocks.push(formatAdded(diff, rates));
  if (diff.changed.length > 0) blocks.push(formatChanged(diff));
  return blocks.join("\n\n");
}

function formatAdded({ added }: RatesDiff, rates: Rate[]): string {
  const byModel = new Map(rates.map((rate) => [rate.model, rate]));
  return formatTable(
    [
      { title: pc.bold("new") },
      ...KINDS.map(([title]) => ({ title: pc.dim(title), align: "right" as const })),
    ],
    added.map(({ model, markup }) => [
      pc.green(`+ ${model}`),
      ...KINDS.map(([, field]) => ({ ...byModel.get(model), markup })[field] ?? pc.dim("–")),
    ]),
  );
}

function formatChanged({ changed }: RatesDiff): string {
  return formatTable(
    [
      { title: pc.bold("changed") },
      { title: pc.dim("price") },
      { title: pc.dim("now"), align: "right" },
      { title: "" },
      { title: pc.dim("new"), align: "right" },
      { title: pc.dim("%"), align: "right" },
    ],
    changed.map(({ model, field, from, to }) => [
      pc.yellow(`~ ${model}`),
      KINDS.find(([, name]) => name === field)?.[0] ?? field,
      plain(from),
      "→",
      plain(to),
      percentage(from, to),
    ]),
  );
}

/**
 * Formats what the price map contains: the rates, the skipped models by reason, and the refused
 * models by field.
 */
export function formatReading({ rates, skipped, refused, textOnly }: PriceMap): string {
  const rows = [[pc.bold(String(rates.length)), "rates read"]];
  const reasons = Map.groupBy(skipped, ({ reason }) => reason);
  for (const [reason, group] of reasons) {
    rows.push([
      String(group.length),
      `skipped: ${reason} ${pc.dim(names(group.map((each) => each.model)))}`,
    ]);
  }
  if (textOnly.length > 0) {
    const note =
      "have other prices for audio, images or long contexts; only the text price is imported";
    rows.push([String(textOnly.length), `${note} ${pc.dim(names(textOnly))}`]);
  }
  for (const { model, field, reason } of refused) {
    rows.push([pc.red("refused"), `${pc.red(`${model}: ${field}`)} ${reason}`]);
  }
  return formatTable([{ title: "", align: "right" }, { title: "" }], rows);
}

const countModels = ({ changed }: RatesDiff): number =>
  new Set(changed.map(({ model }) => model)).size;

const plain = (price: string | null): string => price ?? "–";

function names(models: string[]): string {
  const more = models.length - NAMES_SHOWN;
  return `(${models.slice(0, NAMES_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
}

/**
 * Formats a change in percent, with its sign and one decimal, in red if the price rises. Returns an
 * empty text if the old or the new price is missing.
 */
function percentage(from: string | null, to: string | null): string {
  if (from === null || to === null || new Exact(from).isZero()) return "";
  const change = new Exact(to).minus(from).dividedBy(from).times(100);
  const text = `${change.isNegative() ? "−" : "+"}${change.abs().toDecimalPlaces(1).toFixed()} %`;
  return change.isNegative() ? pc.green(text) : pc.red(text);
}

import pc from "picocolors";
import { formatDiff, formatReading } from "./diff-table.ts";
import type { RatesDoor } from "./door.ts";
import { readPriceMap } from "./price-map.ts";

/** What to import, and whether to write it. */
export interface ImportOptions {
  /** The text of the price map. */
  priceMap: string;
  apply: boolean;
  /** Decimal text for every rate; null keeps a known model's markup and gives new ones 4. */
  markup: string | null;
  /** These models only; all of the map without it. */
  models?: string[];
  /** Goes on without the entries that are refused; else one refusal stops the import. */
  skipRefused: boolean;
}

/** Why an import wrote nothing, when it should have. */
export class ImportRefused extends Error {
  override name = "ImportRefused";
}

/**
 * Shows what the price map changes, then writes it where that was asked for. The database compares
 * and writes in one transaction: all of it or none.
 * @throws PriceMapError for a bad file, ImportRefused for a bad price: nothing is written.
 */
export async function importRates(
  options: ImportOptions,
  door: RatesDoor,
  print: (text?: string) => void,
): Promise<void> {
  const map = readPriceMap(options.priceMap, options.markup, options.models);
  print(formatReading(map));
  if (map.refused.length > 0 && !options.skipRefused) {
    throw new ImportRefused(
      `Prices refused: ${map.refused.length}, so nothing is changed: ` +
        "correct the file, choose with --models, or leave them out with --skip-refused.",
    );
  }
  if (map.rates.length === 0) throw new ImportRefused("There is no rate to import.");

  const diff = await door(map.rates, true);
  print();
  print(formatDiff(diff, map.rates));
  print();
  if (diff.added.length + diff.changed.length === 0) return print("Nothing to do.");
  if (!options.apply) return print("Dry run: nothing is written. To write it, add --apply.");
  const written = await door(map.rates, false);
  const changed = new Set(written.changed.map(({ model }) => model));
  print(
    pc.green(
      `Written: ${written.added.length + changed.size} new rate versions, in force from now on.`,
    ),
  );
}

import pc from "picocolors";
import { formatDiff, formatReading } from "./diff-table.ts";
import type { RatesRpc } from "./rates-rpc.ts";
import { readPriceMap } from "./price-map.ts";

/** The options of an import. */
export interface ImportOptions {
  /** The text of the price map. */
  priceMap: string;
  apply: boolean;
  /**
   * Decimal text for every rate; null keeps the markup of a known model and gives a new model 4.
   */
  markup: string | null;
  /** The models to import; all models of the map if undefined. */
  models?: string[];
  /**
   * Whether to import the other entries if some are refused. If false, one refused entry stops the
   * import.
   */
  skipRefused: boolean;
}

/** The import was refused and wrote nothing; the message says why. */
export class ImportRefused extends Error {
  override name = "ImportRefused";
}

/**
 * Shows what the price map changes, and writes the changes if `apply` is set. The database compares
 * and writes in one transaction, so it writes everything or nothing.
 * @throws PriceMapError if the file is unusable; ImportRefused if a price is refused (unless
 *   `skipRefused` is set) or no rate is left to import. Nothing is written then.
 */
export async function importRates(
  options: ImportOptions,
  rpc: RatesRpc,
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

  const diff = await rpc(map.rates, true);
  print();
  print(formatDiff(diff, map.rates));
  print();
  if (diff.added.length + diff.changed.length === 0) return print("Nothing to do.");
  if (!options.apply) {
    return print("Dry run: nothing is written. Add --apply to write the changes.");
  }
  const written = await rpc(map.rates, false);
  const changed = new Set(written.changed.map(({ model }) => model));
  print(
    pc.green(
      `Written: ${written.added.length + changed.size} new rate versions, in force from now on.`,
    ),
  );
}

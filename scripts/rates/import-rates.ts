import pc from "picocolors";
import { formatDiff, formatReading } from "./diff-table.ts";
import type { SettingsApi } from "../project/settings-api.ts";
import { toRatesDiff } from "./rates-diff.ts";
import { readPriceMap } from "./price-map.ts";

/** The options of an import. */
export interface ImportOptions {
  /** The text of the price map. */
  priceMap: string;
  /** Why the rates change. If null, the import only shows the changes. */
  reason: string | null;
  /**
   * The markup for every rate, as decimal text. If null, known models keep their markup, and new
   * models get the default of the database.
   */
  markup: string | null;
  /** The models to import; all models of the map if undefined. */
  models?: string[];
  /**
   * Whether to import the other entries if some are refused. If false, a single refused entry stops
   * the import.
   */
  skipRefused: boolean;
}

/** The import was refused, and nothing was written. The message says why. */
export class ImportRefused extends Error {
  override name = "ImportRefused";
}

/**
 * Shows what the price map changes, and writes the changes if there is a `reason`. The shown
 * changes start from one version of the rates. The request that writes them names that version. If
 * the rates have been changed since then, the request fails. The database compares and writes in
 * one transaction, so it writes everything or nothing.
 * @throws PriceMapError if the file is unusable; ImportRefused if a price is refused (unless
 *   `skipRefused` is set) or there is no rate to import. In these cases nothing is written.
 */
export async function importRates(
  options: ImportOptions,
  api: Pick<SettingsApi, "readRates" | "setRates">,
  print: (text?: string) => void,
): Promise<void> {
  const map = readPriceMap(options.priceMap, options.models);
  print(formatReading(map));
  if (map.refused.length > 0 && !options.skipRefused) {
    throw new ImportRefused(
      `Refused prices: ${map.refused.length}. Nothing is changed: ` +
        "correct the file, choose models with --models, or leave these out with --skip-refused.",
    );
  }
  if (map.rates.length === 0) {
    throw new ImportRefused(
      "The price map has no rate to import: every model was skipped or refused, as listed above.",
    );
  }

  const rates = map.rates.map((rate) => ({ ...rate, markup: options.markup }));
  const { version } = await api.readRates();
  const diff = toRatesDiff(await api.setRates({ rates, version, dry_run: true }));
  print();
  print(formatDiff(diff, rates));
  print();
  if (diff.added.length + diff.changed.length === 0) return print("Nothing to do.");
  if (options.reason === null) {
    return print('Dry run: nothing is written. Write the changes by --apply --reason "…".');
  }
  const request = { rates, version, reason: options.reason, dry_run: false };
  const { changes } = await api.setRates(request);
  const what = changes.length === 1 ? "1 new rate version" : `${changes.length} new rate versions`;
  print(pc.green(`Written: ${what}, in force from now on.`));
}

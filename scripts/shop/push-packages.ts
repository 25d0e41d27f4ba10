import pc from "picocolors";
import { formatChanges } from "./format-changes.ts";
import type { PackageTerms } from "./packages-file.ts";
import type { SettingsApi } from "../project/settings-api.ts";

/** The options of a push. */
export interface PushOptions {
  packages: PackageTerms[];
  /** If null, the push only shows the changes and does not write them. */
  push: { reason: string; retire: boolean } | null;
}

/** The push was refused, and nothing was written. The message says why. */
export class PushRefused extends Error {
  override name = "PushRefused";
}

/**
 * Shows what the push changes, and writes the changes if `push` is given. The shown changes start
 * from one version of the packages. The request that writes them names that version. If the
 * packages have been changed since then, the request fails.
 * @throws PushRefused if packages would be retired and `push` does not allow that
 */
export async function pushPackages(
  { packages, push }: PushOptions,
  api: Pick<SettingsApi, "readPackages" | "setPackages">,
  print: (text?: string) => void,
): Promise<void> {
  const { version } = await api.readPackages();
  const shown = await api.setPackages({ packages, version, dry_run: true });
  print(formatChanges(shown));
  print();
  if (shown.changes.length === 0) return print("Nothing to do.");
  if (push === null) {
    return print('Nothing is written. To write the changes, run packages:push --reason "…".');
  }
  const retired = shown.changes.filter(({ change }) => change === "retired");
  if (retired.length > 0 && !push.retire) {
    throw new PushRefused(
      `The file lacks ${retired.map(({ name }) => name).join(", ")}, so nothing is written: ` +
        "add them to the file, or retire them with --retire.",
    );
  }
  const { changes } = await api.setPackages({
    packages,
    version,
    reason: push.reason,
    dry_run: false,
  });
  const later = changes.filter(({ fields }) =>
    fields.some(({ field }) => field === "effective_from")
  );
  const note = later.length === 0 ? "" : `, ${later.length} of them from effective_from on`;
  const what = changes.length === 1 ? "1 package" : `${changes.length} packages`;
  print(pc.green(`Written: ${what}, in force from now on${note}.`));
}

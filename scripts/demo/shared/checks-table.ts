import pc from "picocolors";
import { formatTable } from "@farthing/command-line";
import type { Check } from "./check.ts";

/** Formats each figure of the service beside the computed figure. */
export function formatChecks(checks: Check[]): string {
  return formatTable(
    [
      { title: "" },
      { title: pc.dim("service"), align: "right" },
      { title: pc.dim("computed"), align: "right" },
      { title: "" },
    ],
    checks.map(({ name, service, computed, equal }) => [
      name,
      service,
      computed,
      equal ? pc.green("equal") : pc.red("differs"),
    ]),
  );
}

/** The result of one check, which the command prints. */
import pc from "picocolors";
import { tick } from "../command/ticker.ts";
import { formatTable } from "@farthing/command-line";

export interface Check {
  readonly name: string;
  /** `warning`: a part of the deployment does not work, but the rest does. */
  readonly state: "ok" | "warning" | "failed";
  readonly detail: string;
  /** More lines to print: details of the result, or what to do about it. */
  readonly more?: readonly string[];
}

const SIGNS: Readonly<Record<Check["state"], string>> = {
  ok: pc.green("✓"),
  warning: pc.yellow("!"),
  failed: pc.red("✗"),
};

export function formatChecks(checks: readonly Check[]): string {
  const columns = [{ title: "" }, { title: "" }, { title: "" }];
  const rows = checks.flatMap(({ name, state, detail, more = [] }) => [
    [` ${SIGNS[state]}`, pc.bold(name), detail],
    ...more.map((line) => ["", "", pc.dim(line)]),
  ]);
  return formatTable(columns, rows);
}

export function hasFailed(checks: readonly Check[]): boolean {
  return checks.some(({ state }) => state === "failed");
}

/**
 * Shows that a check is running, and returns its result. A check that throws an error counts as
 * failed.
 */
export async function look(
  name: string,
  about: string,
  act: () => Promise<Omit<Check, "name">>,
): Promise<Check> {
  const done = tick(name, about);
  try {
    return { name, ...await act() };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, state: "failed", detail };
  } finally {
    done();
  }
}

/**
 * Divides the suites into two halves, for two machines that test the same push. Both halves take
 * about the same processor time if the push changes functions and SQL
 * (docs/decisions/test-runs.md).
 */
import type { Suite } from "../test-tools/suite.ts";

/** The suites of the first half. All other suites are in the second half. */
export const FIRST_HALF = [
  ...["http", "unit", "deploy", "house", "compat", "isolates"],
  ...["client", "react", "ai", "blocks"],
];

/**
 * Returns the suites of a half.
 * @param half the value of CI_HALF: `1`, `2`, or undefined or empty for all suites
 * @throws Error if it has another value, so that a typing mistake never leaves out tests
 */
export function ofHalf(suites: readonly Suite[], half: string | undefined): Suite[] {
  if (half === undefined || half === "") return [...suites];
  if (half !== "1" && half !== "2") throw new Error(`CI_HALF must be 1 or 2, and is ${half}`);
  return suites.filter(({ name }) => FIRST_HALF.includes(name) === (half === "1"));
}

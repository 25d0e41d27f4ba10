/**
 * Whether this run includes all tests. CI_FULL=1, which is set before each release, makes a run
 * include them. A push runs only a part: docs/decisions/test-runs.md lists the tests that it leaves
 * out.
 */
export const IS_FULL = Deno.env.get("CI_FULL") === "1";

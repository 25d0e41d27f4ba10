/**
 * Whether this run includes all tests. It does so if CI_FULL=1 is set, as before each release. A
 * push runs only a part: docs/decisions/test-runs.md lists the tests that it leaves out.
 */
export const IS_FULL = Deno.env.get("CI_FULL") === "1";

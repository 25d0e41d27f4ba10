/**
 * Whether this run is full. A push runs only a part of the tests. CI_FULL=1, which is set before
 * each release, runs all of them. docs/decisions/test-runs.md lists what a push leaves out.
 */
export const IS_FULL = Deno.env.get("CI_FULL") === "1";

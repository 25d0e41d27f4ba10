/**
 * How much is run: what a push needs, or with CI_FULL=1 all of it, as before each release. What a push leaves
 * out, and where that would be noticed, is in docs/decisions/test-runs.md.
 */
export const IS_FULL = Deno.env.get("CI_FULL") === "1";

/** Finds the tests over HTTP that a push leaves out, because nothing that they test has changed. */
import { isSameAsBefore } from "../../test-tools/same-as-before.ts";
import { BEFORE_SQL } from "./made-of.ts";

/**
 * Folders whose tests check pages and rate limits, up to the call of SQL. Other tests make the same
 * calls over HTTP.
 */
const FOLDERS = ["tests/browser/", "tests/limits/"];

const CONTRACTS = "supabase/functions/_shared/contracts";

const TOOLS = ["tests/browser/chromium.ts", "scripts/test-tools", "deno.json", "deno.lock"];

/**
 * The tests that check only a page, emails or the recipes' programs, each with the files that it
 * depends on. The test of the API page takes two minutes of processor time, and that of the
 * recipes' programs a third of a minute.
 */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  "tests/browser/api-page.test.ts": [
    ...["tests/browser/api-page.test.ts", "tests/browser/stack-page-findings.ts"],
    ...["packages/local-stack/gateway", "scripts/stack", "scripts/openapi", CONTRACTS, "deno.json"],
  ],
  "tests/browser/emails.test.ts": [
    ...["tests/browser/emails.test.ts", "scripts/emails", CONTRACTS, ...TOOLS],
    ...["core", "domain/notifications"].map((name) => `supabase/functions/_shared/${name}`),
  ],
  "tests/browser/stack-pages.test.ts": [
    ...["packages", "scripts", "tests/browser", "tests/support", "deno.json", "deno.lock"],
  ],
  "tests/browser/another-origin/snippets.test.ts": [
    ...["docs/recipes", "packages", CONTRACTS, ...TOOLS],
    ...[
      "tests/browser/another-origin",
      "tests/browser/app",
      "tests/support",
      "scripts/command",
      "scripts/project",
    ],
  ],
};

/**
 * The only test that may be left out without CI_BASE, because the commit before the push is then
 * unknown (run-suites.ts).
 */
const LEFT_WITHOUT_BASE = "tests/browser/api-page.test.ts";

/**
 * Returns the test files or folders that a push leaves out, because nothing that they test has
 * changed.
 */
export async function unaffectedTests(): Promise<string[]> {
  const hasBase = Deno.env.has("CI_BASE");
  if (hasBase && await isSameAsBefore(BEFORE_SQL)) return FOLDERS;
  const left: string[] = [];
  for (const [file, madeOf] of Object.entries(PAGES)) {
    if (!hasBase && file !== LEFT_WITHOUT_BASE) continue;
    if (await isSameAsBefore(madeOf)) left.push(file);
  }
  return left;
}

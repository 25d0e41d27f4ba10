/**
 * The tests in Chromium that a push leaves out. They show what pages meet before SQL, and other tests
 * make the same calls.
 */
import { isSameAsBefore } from "../../test-tools/same-as-before.ts";
import { BROWSER } from "./made-of.ts";

const FOLDER = "tests/browser/";

const CONTRACTS = "supabase/functions/_shared/contracts";

const TOOLS = ["tests/browser/chromium.ts", "scripts/test-tools", "deno.json", "deno.lock"];

/**
 * The tests that show only a page or printed programs, each with the files that make them. The API
 * page takes two minutes of processor time, and the recipes' programs a third of one.
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
  "tests/browser/another-origin/snippets.test.ts": [
    ...["docs/recipes", "packages", CONTRACTS, ...TOOLS],
    ...["tests/browser/another-origin", "tests/support", "scripts/command", "scripts/project"],
  ],
};

/** Returns the files or folders that a push leaves out, because it has changed nothing of them. */
export async function browserTestsLeft(): Promise<string[]> {
  // Without CI_BASE the commit before the push is unknown (run-suites.ts).
  if (Deno.env.has("CI_BASE") && await isSameAsBefore(BROWSER)) return [FOLDER];
  const left: string[] = [];
  for (const [file, madeOf] of Object.entries(PAGES)) {
    if (await isSameAsBefore(madeOf)) left.push(file);
  }
  return left;
}

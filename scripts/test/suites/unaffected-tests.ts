/** Finds the tests over HTTP that a push leaves out, because it has changed nothing that they show. */
import { isSameAsBefore } from "../../test-tools/same-as-before.ts";
import { BEFORE_SQL } from "./made-of.ts";

/**
 * Folders whose tests show what pages and limited requests meet before SQL. Other tests make the same
 * calls.
 */
const FOLDERS = ["tests/browser/", "tests/limits/"];

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
    ...[
      "tests/browser/another-origin",
      "tests/browser/app",
      "tests/support",
      "scripts/command",
      "scripts/project",
    ],
  ],
};

/** Without CI_BASE the commit before the push is unknown (run-suites.ts): only this test is then left. */
const LEFT_WITHOUT_BASE = "tests/browser/api-page.test.ts";

/** Returns the files or folders that a push leaves out, because it has changed nothing of them. */
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

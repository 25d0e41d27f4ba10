/** Finds the tests over HTTP that a push leaves out, because nothing that they test has changed. */
import { isSameAsBase } from "../../test-tools/changes-since-base.ts";
import { BEFORE_SQL } from "./made-of.ts";

/**
 * Folders whose tests check pages and rate limits, but not the SQL that the requests call. Other
 * tests over HTTP make the same calls and check the SQL.
 */
const FOLDERS = ["tests/browser/", "tests/limits/"];

const CONTRACTS = "supabase/functions/_shared/contracts";

const TOOLS = ["tests/browser/chromium.ts", "scripts/test-tools", "deno.json", "deno.lock"];

/**
 * The tests that check only a page, emails or the recipes' programs, each with the files that it
 * depends on. The test of the API page takes two minutes of processor time. The test of the
 * recipes' programs takes 20 seconds.
 */
export const PAGES: Readonly<Record<string, readonly string[]>> = {
  "tests/browser/api-page.test.ts": [
    ...["api-page.test.ts", "stack-page-findings.ts", "accessibility.ts"]
      .map((name) => `tests/browser/${name}`),
    ...["packages/local-stack/gateway", "packages/command-line", "tests/support"],
    ...["openapi", "project", "stack"].map((name) => `scripts/${name}`),
    ...["supabase/functions/_shared/generated/openapi.json", CONTRACTS, ...TOOLS],
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
 * Returns the test files or folders that a push leaves out, because nothing that they test has
 * changed.
 */
export async function unaffectedTests(): Promise<string[]> {
  if (await isSameAsBase(BEFORE_SQL)) return FOLDERS;
  const left: string[] = [];
  for (const [file, madeOf] of Object.entries(PAGES)) {
    if (await isSameAsBase(madeOf)) left.push(file);
  }
  return left;
}

/** Runs the steps of a test on a served example. Each step has its own window and its own user. */
import type { Page } from "playwright-core";
import type { ExampleName } from "../../scripts/example/install.ts";
import { openBrowser, withPage } from "../browser/chromium.ts";
import { proven } from "../support/project/database.ts";
import { readWorld, type World } from "../support/project/world.ts";
import { makeExample, withExample } from "./served.ts";

export interface Visit {
  readonly example: ExampleName;
  readonly world: World;
  readonly page: Page;
  readonly origin: string;
}

export type Steps = readonly (readonly [name: string, step: (visit: Visit) => Promise<void>])[];

/** Serves the example, runs the steps in turn, and then proves the ledger. */
async function visits(
  test: Deno.TestContext,
  example: ExampleName,
  steps: Steps,
): Promise<void> {
  const world = readWorld();
  const browser = await openBrowser();
  try {
    await withExample(example, world, async (origin) => {
      for (const [name, step] of steps) {
        await test.step(
          name,
          () => withPage(browser, (page) => step({ example, world, page, origin })),
        );
      }
    });
    await proven(world);
  } finally {
    await browser.close();
  }
}

/**
 * Declares a test of these steps. A separate test runs first, and installs and compiles the
 * example: on a fresh checkout, this preparation takes as long as the steps.
 */
export function testVisits(example: ExampleName, name: string, steps: Steps): void {
  Deno.test(`${name} is installed and compiled`, () => makeExample(example, readWorld()));
  Deno.test({
    name,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: (test) => visits(test, example, steps),
  });
}

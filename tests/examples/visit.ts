/** Runs the steps of a test on a served example, each with a window and a user of its own. */
import type { Page } from "playwright-core";
import type { ExampleName } from "../../scripts/example/install.ts";
import { openBrowser, withPage } from "../browser/chromium.ts";
import { proven } from "../support/project/database.ts";
import { readWorld, type World } from "../support/project/world.ts";
import { withExample } from "./served.ts";

export interface Visit {
  readonly world: World;
  readonly page: Page;
  readonly origin: string;
}

export type Steps = readonly (readonly [name: string, step: (visit: Visit) => Promise<void>])[];

/** Serves the example, runs the steps in turn, and ends with the proof. */
export async function visits(
  test: Deno.TestContext,
  example: ExampleName,
  steps: Steps,
): Promise<void> {
  const world = readWorld();
  const browser = await openBrowser();
  try {
    await withExample(example, world, async (origin) => {
      for (const [name, step] of steps) {
        await test.step(name, () => withPage(browser, (page) => step({ world, page, origin })));
      }
    });
    await proven(world);
  } finally {
    await browser.close();
  }
}

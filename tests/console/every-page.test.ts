/**
 * Checks every page without parameters, for a buyer and for an operator. In light and in dark
 * colours, axe finds no violation. Each control has a name, and nothing scrolls sideways in a
 * narrow or zoomed window. With reduced motion nothing is animated, and a late response hardly
 * moves the parts of the page.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Page } from "playwright-core";
import {
  audit,
  namelessIn,
  overflowsAt,
  type Size,
  watchJumps,
  ZOOMED,
} from "../browser/accessibility.ts";
import { once } from "../blocks/once.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { inParallel } from "../support/work/in-parallel.ts";
import { type Area, AREAS, isOfOneRecord } from "./all-pages.ts";
import { holdAnswers, movesTo } from "./moving.ts";
import { asPerson } from "./operate.ts";
import { test, testsEnd, world } from "./opened.ts";

const SIZES: readonly Size[] = [{ width: 1280, height: 900 }, { width: 375, height: 800 }, ZOOMED];
const WINDOWS = 2;
/** The highest sum of layout shifts that a good page has: https://web.dev/articles/cls. */
const MOST_JUMP = 0.1;

const operator = once(() => signUpOperator(world));
const buyer = once(() => signUp(world));

/** Animations and transitions that run although the person asked for reduced motion. */
const MOVING = `document.getAnimations().map((one) => one.effect.target?.outerHTML.slice(0, 200))`;

/** Returns the faults of the page as it is now: everything that keeps a person from using it. */
async function faultsOf(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Only the rule `color-contrast` depends on colours, so the dark colours are checked with this
    // rule alone.
    const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
    found.push(...(await audit(page, { rules })).map((fault) => `${colorScheme}: ${fault}`));
  }
  found.push(...await namelessIn(page), ...await overflowsAt(page, SIZES));
  return found;
}

/**
 * Returns the faults that a page has while it waits for the service's responses, and those that it
 * has when the responses arrive.
 */
async function faultsOnTheWay(page: Page, path: string): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const jumps = await watchJumps(page);
  const letAnswer = await holdAnswers(page);
  await movesTo(page, path);
  const moving: string[] = await page.evaluate(MOVING);
  const isBlank = (await page.getByRole("main").innerText()).trim() === "";
  letAnswer();
  await movesTo(page, path, "loaded");
  const jumped = await jumps();
  return [
    ...moving.map((html) => `moves: ${html}`),
    ...isBlank ? ["is blank until the service answers"] : [],
    ...jumped.sum > MOST_JUMP ? [`jumps by ${jumped.sum}: ${jumped.nodes.join(", ")}`] : [],
  ];
}

function pagesOf({ title, paths }: Area, who: string, signsIn: typeof operator): void {
  test(`every page of ${title} is accessible, for ${who} without data`, async () => {
    const person = await signsIn();
    const all = paths.filter((path) => !isOfOneRecord(path));
    ok(all.length > 0);
    const visits = all.map((path) => async () => {
      const found: string[] = [];
      await asPerson(person, "/nowhere", async (page) => {
        found.push(...await faultsOnTheWay(page, path), ...await faultsOf(page));
      });
      return found.map((fault) => `${path} ${fault}`);
    });
    deepEqual((await inParallel(visits, WINDOWS)).flat(), []);
  });
}

for (const area of AREAS) {
  if (area.isForOperators) pagesOf(area, "an operator", operator);
  else pagesOf(area, "a buyer", buyer);
}

test("the menu leads an operator to every page without parameters", async () => {
  await asPerson(await operator(), "/", async (page) => {
    const links = page.locator("a:visible");
    const seen = new Set<string>();
    const queue = AREAS.flatMap(({ paths }) => paths).filter((path) => !isOfOneRecord(path));
    for (const start of ["/", "/reports", "/settings"]) {
      await movesTo(page, start, "loaded");
      const hashes = await links.evaluateAll((all) =>
        all.map((link) => (link as unknown as { hash: string }).hash)
      );
      hashes.forEach((hash) => seen.add(hash.slice(1)));
    }
    deepEqual(queue.filter((path) => !seen.has(path)), []);
    equal(queue.length, new Set(queue).size);
  });
});

testsEnd();

/**
 * Operates the console with the keyboard alone. Tab moves the focus, which must be visible, and
 * other keys do the rest. Each test that uses these functions therefore also shows that its task
 * needs no mouse.
 */
import { notEqual } from "node:assert/strict";
import type { Locator } from "playwright-core";

/** The maximum number of presses of Tab. It is above the number of controls on the longest page. */
const MOST_TABS = 400;

const HAS_FOCUS = (element: unknown) =>
  element === (globalThis as unknown as { document: { activeElement: unknown } }).document
    .activeElement;

/** How an element shows that it has the focus: by an outline, or by a ring, which is a shadow. */
const RING = `(({ outlineStyle, boxShadow }) =>
  (outlineStyle === "none" ? "" : outlineStyle) + (boxShadow === "none" ? "" : boxShadow)
)(getComputedStyle(document.activeElement))`;

/** Presses Tab until the element has the focus, and checks that the focus is visible. */
async function reach(target: Locator): Promise<void> {
  const [page, element] = [target.page(), target.first()];
  await element.waitFor();
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    if (await element.evaluate(HAS_FOCUS)) {
      notEqual(await page.evaluate(RING), "", `${target} shows no focus`);
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not reach ${target}`);
}

/** Follows a link, or presses a button. */
export async function press(target: Locator): Promise<void> {
  await reach(target);
  await target.page().keyboard.press("Enter");
}

/**
 * The maximum number of key strokes. A held key sends fewer key strokes while the page waits for a
 * response.
 */
const MOST_STROKES = 400;

/**
 * Holds Enter on a button until the page shows the element `until`, and for 3 more key strokes. A
 * held key repeats its key stroke.
 */
export async function holdEnter(target: Locator, until: Locator): Promise<void> {
  await reach(target);
  const { keyboard } = target.page();
  for (let strokes = 0; strokes < MOST_STROKES; strokes++) {
    await keyboard.down("Enter");
    if (await until.count() > 0) break;
  }
  for (let more = 0; more < 3; more++) await keyboard.down("Enter");
  await keyboard.up("Enter");
}

/** A day as it is typed in American English: month, day and year. */
const asTyped = (day: string) => day.replace(/^(\d{4})-(\d\d)-(\d\d)$/, "$2$3$1");

/** Replaces the text of a field. */
export async function write(field: Locator, text: string): Promise<void> {
  await reach(field);
  const { keyboard } = field.page();
  if (await field.first().getAttribute("type") === "date") {
    await keyboard.type(asTyped(text));
    return;
  }
  await keyboard.press("ControlOrMeta+A");
  if (text === "") await keyboard.press("Delete");
  else await keyboard.insertText(text);
}

/** Chooses an option of a list by its value. */
export async function choose(list: Locator, value: string): Promise<void> {
  await reach(list);
  const { keyboard } = list.page();
  await keyboard.press("Home");
  for (let nth = 0; nth < MOST_TABS; nth++) {
    if (await list.first().inputValue() === value) return;
    await keyboard.press("ArrowDown");
  }
  throw new Error(`${list} has no option ${value}`);
}

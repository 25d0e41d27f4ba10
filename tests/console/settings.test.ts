/**
 * Settings are changed in the console. The list of changes is shown before anything is saved, and
 * every change has an author and a reason. A new version with the old values undoes a change.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { PolicySettings } from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { once } from "../blocks/once.ts";
import { audit, overflowsAt, ZOOMED } from "../browser/accessibility.ts";
import { proven, withPackages, withPolicy } from "../support/project/database.ts";
import { backEnd, data, get } from "../support/project/http.ts";
import { signUpOperator } from "../support/project/people.ts";
import { write } from "./by-keyboard.ts";
import { test, testsEnd, world } from "./opened.ts";
import { addPackage, newSlug, packageOf, readPackages, retire } from "./packages.ts";
import { diffOf, press, save, undoOf } from "./saving.ts";
import { cellsOf, goTo, onPage } from "./shown-figures.ts";

const operator = once(() => signUpOperator(world));

const readPolicy = async () =>
  data(await get(world, "settings/policy", backEnd(world)), 200, PolicySettings);

const priceOf = async (slug: string) => packageOf(await readPackages(), slug).prices[0]?.amount;

test("a price is changed after its difference was shown, and undone by a new version", () =>
  withPackages(world, "exclusive", async () => {
    const slug = newSlug();
    await addPackage(slug);
    const person = await operator();
    await onPage({ person, path: "/settings/packages" }, async (page) => {
      const shown = page.getByRole("row").filter({ hasText: `(${slug})` });
      await shown.getByText("$6,000.00").waitFor();
      await press(page, `Change: Package ${slug}`);
      const dialog = page.getByRole("dialog");
      await dialog.getByText(`In your name: ${person.email}`).waitFor();
      await write(dialog.getByLabel("Price in USD"), "7000.01");
      await press(dialog, "Show what will change");
      deepEqual(await diffOf(page, slug), [["price in USD", "$6,000.00", "$7,000.01"]]);
      equal(await priceOf(slug), 600_000, "a difference saves nothing");
      deepEqual(await audit(page), []);
      await save(page, "autumn prices");
      await shown.getByText("$7,000.01").waitFor();
      const changed = packageOf(await readPackages(), slug);
      deepEqual([changed.prices[0]?.amount, changed.version], [700_001, 2]);

      const past = page.getByRole("table", { name: "The last 50 changes" }).getByRole("row")
        .filter({ hasText: "autumn prices" }).filter({ hasText: slug });
      await past.getByText("price in USD: $6,000.00 → $7,000.01").waitFor();
      await past.getByText("operator you").waitFor();
      await press(past, undoOf((await readPackages()).version, slug));
      deepEqual(await diffOf(page, slug), [["price in USD", "$7,000.01", "$6,000.00"]]);
      equal(await priceOf(slug), 700_001, "an undo is shown first, too");
      await save(page, "back again");
      await shown.getByText("$6,000.00").waitFor();
      const restored = packageOf(await readPackages(), slug);
      deepEqual([restored.prices[0]?.amount, restored.version], [600_000, 3]);

      await press(page, `Retire: Package ${slug}`);
      deepEqual(await diffOf(page, slug), [["active", "yes", "no"]]);
      await save(page, "no longer sold");
      await shown.getByText("retired").waitFor();
    });
    const { history } = await readPackages();
    deepEqual(
      history.filter(({ name }) => name === slug).map(({ author, reason }) => [author, reason]),
      [
        [`operator:${person.id}`, "no longer sold"],
        [`operator:${person.id}`, "back again"],
        [`operator:${person.id}`, "autumn prices"],
        ["key:default", "for the test"],
      ],
    );
    await proven(world);
  }));

test("if somebody else changes the settings meanwhile, nothing is overwritten", () =>
  withPackages(world, "exclusive", async () => {
    const slugs = ["a", "b"].map((name) => newSlug(`console-${name}`));
    await addPackage(slugs[0]!);
    await onPage({ person: await operator(), path: "/settings/packages" }, async (page) => {
      await press(page, `Retire: Package ${slugs[0]}`);
      await diffOf(page, slugs[0]!);
      await addPackage(slugs[1]!);
      const dialog = page.getByRole("dialog");
      await write(dialog.getByLabel("Reason"), "too late");
      await press(dialog, "Save");
      await dialog.getByText("Not saved").waitFor();
      await press(dialog, "Close");
      await page.getByRole("row").filter({ hasText: `(${slugs[1]})` }).waitFor();
      await press(page, `Retire: Package ${slugs[0]}`);
      deepEqual(await diffOf(page, slugs[0]!), [["active", "yes", "no"]]);
      await press(dialog, "Close");
    });
    const settings = await readPackages();
    deepEqual(slugs.map((slug) => packageOf(settings, slug).active), [true, true]);
    await retire(slugs);
  }));

const [HOUR, HALF_AN_HOUR] = ["1 hour (3600 seconds)", "30 minutes (1800 seconds)"] as const;

test("a setting of the policy is changed and undone, and a wrong value is refused", () =>
  withPolicy(world, "exclusive", async () => {
    const valueOf = async () =>
      (await readPolicy()).settings.find(({ name }) => name === "late_settle_within")?.value;
    const before = await valueOf();
    equal(before, "3600");
    await onPage({ person: await operator(), path: "/settings/policy" }, async (page) => {
      await press(page, "Change: late settle within");
      const dialog = page.getByRole("dialog");
      await write(dialog.getByLabel("Value (seconds)"), "-1");
      await press(dialog, "Show what will change");
      await dialog.getByText("Not possible").waitFor();
      await write(dialog.getByLabel("Value (seconds)"), "1800");
      await press(dialog, "Show what will change");
      deepEqual(await diffOf(page, "policy"), [["late settle within", HOUR, HALF_AN_HOUR]]);
      await press(dialog, "Back");
      equal(await dialog.getByLabel("Value (seconds)").inputValue(), "1800");
      await press(dialog, "Show what will change");
      await save(page, "a console test");
      equal(await valueOf(), "1800");
      const { version } = await readPolicy();
      await press(page, undoOf(version));
      deepEqual(await diffOf(page, "policy"), [["late settle within", HALF_AN_HOUR, HOUR]]);
      await save(page, "undone");
    });
    equal(await valueOf(), before);
  }));

/** Returns the text that a cell must show for a value of the API. The cell may also show a unit. */
function writtenAs(value: unknown): string {
  if (value === null) return "none";
  return value === "true" ? "yes" : value === "false" ? "no" : String(value);
}

const PAGES = [
  ["packages", "Packages", "packages", "slug"],
  ["rates", "Rates per million tokens", "rates", "model"],
  ["policy", "Settings", "settings", "value"],
  ["flags", "Features", "flags", "name"],
  ["alerts", "Alert rules", "rules", "threshold"],
  ["accounting", "Accounting policies", "policies", "value"],
  ["journal-codes", "Codes of the journal", "codes", "code"],
] as const;

test("each page of settings has the values and the history of its endpoint", async () => {
  const { as } = await operator();
  await onPage({ person: await operator(), path: "/settings" }, async (page) => {
    for (const [name, caption, list, field] of PAGES) {
      await goTo(page, `/settings/${name}`);
      const rows = (await cellsOf(page, caption)).slice(1);
      const settings = JSON.parse((await get(world, `settings/${name}`, as)).text).data;
      const items = settings[list] as Record<string, unknown>[];
      equal(rows.length, items.length, name);
      items.forEach((item, nr) => {
        const value = writtenAs(item[field]);
        ok(
          rows[nr]!.some((cell) => cell.replaceAll(",", "").includes(value)),
          `${name}: ${value}`,
        );
      });
      const past = (await cellsOf(page, "The last 50 changes")).slice(1);
      equal(past.length, settings.history.length, name);
      deepEqual(await audit(page), [], name);
      deepEqual(await overflowsAt(page, [{ width: 375, height: 800 }, ZOOMED]), [], name);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    await goTo(page, "/settings/fraud");
    const rows = (await cellsOf(page, "Settings")).slice(1);
    const policy = JSON.parse((await get(world, "fraud/policy", as)).text).data;
    const { updated_at: _at, updated_by: _by, ...limits } = policy;
    equal(rows.length, Object.keys(limits).length);
    for (const [name, value] of Object.entries(limits)) {
      const row = rows.find(([title]) => title!.startsWith(name.replaceAll("_", " ")));
      ok(row?.[1]?.startsWith(String(value)), name);
    }
  });
});

testsEnd();

/**
 * Reads and changes the list of packages through the API, as a back end may do while the console is
 * open.
 */
import { PackageSettings } from "../../supabase/functions/_shared/contracts/settings/packages.ts";
import { SettingsChanged } from "../../supabase/functions/_shared/contracts/settings/changes.ts";
import { backEnd, data, get, post } from "../support/project/http.ts";
import { world } from "./opened.ts";

export const readPackages = async () =>
  data(await get(world, "settings/packages", backEnd(world)), 200, PackageSettings);

export type Packages = Awaited<ReturnType<typeof readPackages>>;

export const onSale = ({ packages }: Packages) =>
  packages.filter(({ active }) => active).map((
    { id: _id, version: _version, active: _active, effective_from: _from, ...terms },
  ) => ({ ...terms, description: terms.description ?? undefined }));

export const packageOf = (settings: Packages, slug: string) =>
  settings.packages.find((each) => each.slug === slug)!;

/** Replaces the whole list of packages. */
export async function setPackages(packages: readonly object[]): Promise<void> {
  const { version } = await readPackages();
  const body = { packages, version, reason: "for the test" };
  data(await post(world, "settings/packages", backEnd(world), body), 200, SettingsChanged);
}

export const newSlug = (name = "console"): string => `${name}-${crypto.randomUUID().slice(0, 8)}`;

/** Terms of a package that no other test sells. */
export const termsOf = (slug: string) => ({
  ...{ slug, name: slug, credits: "6000000", sort: 9999 },
  prices: [{ currency: "usd", amount: 600_000 }],
});

/** Puts a package on sale. */
export const addPackage = async (slug: string): Promise<void> =>
  setPackages([...onSale(await readPackages()), termsOf(slug)]);

/** Takes these packages off sale, even if their sale has not begun yet. */
export async function retire(slugs: readonly string[]): Promise<void> {
  const others = onSale(await readPackages()).filter(({ slug }) => !slugs.includes(slug));
  await setPackages(others);
}

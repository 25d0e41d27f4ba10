/**
 * Makes the list that the API takes: all packages that are on sale now or later. The API retires
 * each package that the list does not contain.
 */
import type { PackageSetting, PackageSettings, PackageTerms } from "@farthing/client";

/** Returns the terms of a package as the API takes them. */
export function termsOf(
  { slug, name, description, credits, bonus_credits, prices, highlight, sort }: PackageSetting,
): PackageTerms {
  return {
    ...{ slug, name, credits, bonus_credits, prices, highlight, sort },
    ...description !== null && { description },
  };
}

/**
 * Returns the packages that are on sale, and those whose sale begins later. Each package appears
 * once, as the API requires. If a package also has versions that begin later, the list leaves these
 * versions out, but they stay scheduled.
 */
function allTerms({ packages, scheduled }: PackageSettings): PackageTerms[] {
  const now = packages.filter(({ active }) => active);
  const known = new Set(now.map(({ slug }) => slug));
  const later = scheduled.filter(({ active, slug }) => {
    const isFirst = active && !known.has(slug);
    if (isFirst) known.add(slug);
    return isFirst;
  });
  return [
    ...now.map(termsOf),
    ...later.map((item) => ({ ...termsOf(item), effective_from: item.effective_from })),
  ];
}

/** Returns the list of packages, in which `terms` replace the package's present terms. */
export const withTerms = (settings: PackageSettings, terms: PackageTerms): PackageTerms[] => [
  ...without(settings, terms.slug),
  terms,
];

/**
 * Returns the list of packages without one package. When this list is sent, the API retires the
 * package.
 */
export const without = (settings: PackageSettings, slug: string | null): PackageTerms[] =>
  allTerms(settings).filter((each) => each.slug !== slug);

/** Whether a package is on sale, or will be. */
export const isOnSale = (settings: PackageSettings, slug: string | null): boolean =>
  allTerms(settings).some((each) => each.slug === slug);

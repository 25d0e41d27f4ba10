/** The packages of a shop: the file farthing.packages.json, and the list for operators. */
import { z } from "@hono/zod-openapi";
import { Amount, AmountOrZero, SignedAmount } from "../credit-amounts.ts";
import { text, Uuid } from "../fields.ts";
import { TimestampOut } from "../time-fields.ts";
import { Price } from "../checkout.ts";
import { changeFields, EffectiveFrom, PastChange, VersionOut } from "./changes.ts";

const Slug = z.string().regex(
  /^[a-z0-9][a-z0-9_-]{0,39}$/,
  "slug must have 1 to 40 of a-z, 0-9, _ and -, and not begin with _ or -.",
).openapi({
  description: "The package's name in requests. It never changes.",
  example: "starter",
});

const hasEachOnce = (values: string[]): boolean => new Set(values).size === values.length;

/** A package, as a file or an operator describes it. */
const PackageTerms = z.strictObject({
  slug: Slug,
  name: text(80).openapi({ description: "Shown to buyers, at Stripe and on receipts." }),
  description: text(500).optional(),
  highlight: z.boolean().default(false).openapi({
    description: "Asks the shop to emphasise this package.",
  }),
  sort: z.int().min(0).max(9999).default(0).openapi({
    description: "The position in lists, lowest first. Equal positions are sorted by price.",
  }),
  credits: Amount,
  bonus_credits: AmountOrZero.default("0"),
  prices: z.array(Price).min(1).max(20)
    .refine(
      (prices) => hasEachOnce(prices.map(({ currency }) => currency)),
      "prices must not name a currency twice.",
    )
    .openapi({ description: "The first price applies if a checkout names no currency." }),
  effective_from: EffectiveFrom,
}).openapi("PackageTerms");

const PackageList = z.array(PackageTerms).min(1).max(200).refine(
  (packages) => hasEachOnce(packages.map(({ slug }) => slug)),
  "packages must not name a slug twice.",
);

/** A shop's file of packages: `farthing.packages.json`. */
export const PackagesFile = z.strictObject({
  $schema: z.string().optional(),
  packages: PackageList,
});

export const PackagesBody = z.strictObject({
  packages: PackageList.openapi({
    description: "All packages on sale. A package that is missing here is retired.",
  }),
  ...changeFields,
}).openapi("PackagesRequest");

/** A package with its state, for operators. */
const PackageSetting = z.object({
  id: Uuid,
  version: z.int(),
  slug: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  highlight: z.boolean(),
  sort: z.int(),
  credits: SignedAmount,
  bonus_credits: SignedAmount,
  prices: z.array(Price),
  active: z.boolean(),
  effective_from: TimestampOut,
}).openapi("PackageSetting");

export const PackageSettings = z.object({
  version: VersionOut,
  packages: z.array(PackageSetting),
  scheduled: z.array(PackageSetting).openapi({
    description: "Versions of packages that begin later, the next one first.",
  }),
  history: z.array(PastChange).openapi({ description: "The last 50 changes, newest first." }),
}).openapi("PackageSettings");

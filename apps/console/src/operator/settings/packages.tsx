import type { PackageSetting, PackageSettings, PastSettingChange } from "@farthing/client";
import { Section } from "../../parts/page.tsx";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Credits, Moment } from "../../parts/figures.tsx";
import { moneyOf } from "../../parts/decimal-units.ts";
import { StateBadge } from "../../parts/state-badge.tsx";
import { ChangeSettings } from "./change-settings.tsx";
import { isOnSale, termsOf, without, withTerms } from "./package-list.ts";
import { pricesOfHistory } from "./price-history.ts";
import { PackageForm, termsOfForm } from "./packages-form.tsx";
import { SettingsOf, type SettingsSpec } from "./settings-page.tsx";

const PATH = "/settings/packages";

const TERMS: readonly Column<PackageSetting>[] = [
  { title: "Package", cell: ({ name, slug }) => `${name} (${slug})` },
  {
    title: "Prices",
    isFigure: true,
    cell: ({ prices }) =>
      prices.map(({ amount, currency }) => moneyOf(String(amount), currency))
        .join(", "),
  },
  {
    title: "Credits",
    isFigure: true,
    cell: ({ credits }) => <Credits of={credits} />,
  },
  {
    title: "Bonus",
    isFigure: true,
    cell: ({ bonus_credits }) => <Credits of={bonus_credits} />,
  },
  { title: "Package version", isFigure: true, cell: ({ version }) => version },
  {
    title: "Since",
    cell: ({ effective_from }) => <Moment at={effective_from} />,
  },
  {
    title: "State",
    cell: ({ active }) => <StateBadge state={active ? "active" : "retired"} />,
  },
];

/** The buttons that change one package. */
function Actions({ settings, item }: {
  readonly settings: PackageSettings;
  readonly item: PackageSetting;
}) {
  const { version } = settings;
  const title = `Package ${item.slug}`;
  const common = { path: PATH, version, title } as const;
  const { active } = item;
  return (
    <div className="flex gap-2">
      {active && (
        <ChangeSettings
          {...common}
          action="Change"
          wantedOf={(form) => ({ packages: withTerms(settings, termsOfForm(form, item)) })}
        >
          <PackageForm package={item} />
        </ChangeSettings>
      )}
      <ChangeSettings
        {...common}
        action={active ? "Retire" : "Restore"}
        wantedOf={() => ({
          packages: active ? without(settings, item.slug) : withTerms(settings, termsOf(item)),
        })}
      />
    </div>
  );
}

function Packages(settings: PackageSettings) {
  const actions: Column<PackageSetting> = {
    title: "Change",
    cell: (item) => <Actions {...{ settings, item }} />,
  };
  return (
    <div className="grid gap-4 *:min-w-0">
      <DataTable
        caption="Packages"
        columns={[...TERMS, actions]}
        items={settings.packages}
        keyOf={({ id }) => id}
        empty="No package is on sale. Add one, and buyers can pay for it."
      />
      <div>
        <ChangeSettings
          path={PATH}
          version={settings.version}
          action="Add a package"
          title="New package"
          wantedOf={(form) => ({
            packages: withTerms(settings, termsOfForm(form)),
          })}
        >
          <PackageForm />
        </ChangeSettings>
      </div>
      {settings.scheduled.length > 0 && (
        <Section title="Begins later">
          <DataTable
            caption="Versions that begin later"
            columns={TERMS}
            items={settings.scheduled}
            keyOf={({ id, version }) => `${id} ${version}`}
            empty=""
          />
        </Section>
      )}
    </div>
  );
}

/** The history has the first price as `amount` and `currency`, and the other prices as JSON. */
function oldPrices(
  old: Record<string, string | null>,
  { prices }: PackageSetting,
) {
  const [first, ...others] = prices;
  const others_ = old["other_prices"] === undefined ? others : Object.entries(
    JSON.parse(old["other_prices"] ?? "{}") as Record<string, number>,
  ).map(
    ([currency, amount]) => ({ currency, amount }),
  );
  const currency = old["currency"] ?? first?.currency ?? "";
  const amount = Number(old["amount"] ?? first?.amount);
  return [{ currency, amount }, ...others_];
}

function undoOf(past: PastSettingChange, settings: PackageSettings) {
  const known = settings.packages.find(({ slug }) => slug === past.name);
  // Undoing an addition retires the package and does not delete it, because orders may refer to it.
  if (past.fields.some(({ field, from }) => field === "name" && from === null)) {
    return isOnSale(settings, past.name) ? { packages: without(settings, past.name) } : null;
  }
  const old = Object.fromEntries(past.fields.map(({ field, from }) => [field, from]));
  if (known === undefined) return null;
  if (old["active"] === "false") {
    return { packages: without(settings, past.name) };
  }
  const terms = termsOf({
    ...known,
    name: old["name"] ?? known.name,
    description: old["description"] === undefined ? known.description : old["description"],
    credits: old["credits"] ?? known.credits,
    bonus_credits: old["bonus_credits"] ?? known.bonus_credits,
    highlight: old["highlight"] === undefined ? known.highlight : old["highlight"] === "true",
    sort: Number(old["sort"] ?? known.sort),
    prices: oldPrices(old, known),
  });
  return { packages: withTerms(settings, terms) };
}

const SPEC: SettingsSpec<typeof PATH> = {
  path: PATH,
  title: "Packages",
  lead: "The packages on sale. Open checkouts and paid orders keep their price.",
  current: (settings) => <Packages {...settings} />,
  fieldsOf: pricesOfHistory,
  undoOf,
};

export const PackagesPage = () => <SettingsOf spec={SPEC} />;

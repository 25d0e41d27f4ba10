import type { PastSettingChange, Rate, RateSettings } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { usdOf } from "../../parts/decimal-units.ts";
import { Moment, None } from "../../parts/figures.tsx";
import { TextField } from "../../parts/form-fields.tsx";
import { Section } from "../../parts/page.tsx";
import { ChangeSettings } from "./change-settings.tsx";
import { FROM_MOMENT, FromField, givenOf, textOf } from "./fields.tsx";
import { oldValues, SettingsOf, type SettingsSpec } from "./settings-page.tsx";

const PATH = "/settings/rates";

/** Prices per million tokens, in US dollars. */
const PRICES = {
  input_per_million_usd: "Input",
  cached_input_per_million_usd: "Cached input",
  cache_write_per_million_usd: "Cache write",
  output_per_million_usd: "Output",
  reasoning_per_million_usd: "Reasoning",
} as const;

type PriceName = keyof typeof PRICES;
const NAMES = Object.keys(PRICES) as PriceName[];
const REQUIRED: readonly PriceName[] = [
  "input_per_million_usd",
  "output_per_million_usd",
];

const COLUMNS: readonly Column<Rate>[] = [
  { title: "Model", cell: ({ model }) => model },
  ...NAMES.map((name): Column<Rate> => ({
    title: `${PRICES[name]} (USD)`,
    isFigure: true,
    cell: (rate) => {
      const price = rate[name];
      return price === null ? <None /> : usdOf(price);
    },
  })),
  { title: "Factor", isFigure: true, cell: ({ markup }) => markup },
  { title: "Rate version", isFigure: true, cell: ({ version }) => version },
  {
    title: "Since",
    cell: ({ effective_from }) => <Moment at={effective_from} />,
  },
];

function RateForm({ rate }: { readonly rate?: Rate }) {
  return (
    <>
      {!rate && <TextField name="model" label="Model" required />}
      {NAMES.map((name) => (
        <TextField
          key={name}
          name={name}
          label={`${PRICES[name]}, USD per million tokens`}
          required={REQUIRED.includes(name)}
          inputMode="decimal"
          defaultValue={rate?.[name] ?? ""}
        />
      ))}
      <TextField
        name="markup"
        label="Factor on every price"
        defaultValue={rate?.markup ?? ""}
      />
      <FromField hint={FROM_MOMENT} />
    </>
  );
}

function rateOf(form: FormData, model: string) {
  const optional = NAMES.map((name) => [name, textOf(form, name) || null]);
  const prices = Object.fromEntries(optional) as Record<PriceName, string>;
  return {
    rates: [{
      model,
      ...prices,
      ...givenOf(form, ["markup", "effective_from"]),
    }],
  };
}

function Rates({ version, rates, scheduled }: RateSettings) {
  const change: Column<Rate> = {
    title: "Change",
    cell: (rate) => (
      <ChangeSettings
        path={PATH}
        version={version}
        action="Change"
        title={`Rate of ${rate.model}`}
        wantedOf={(form) => rateOf(form, rate.model)}
      >
        <RateForm rate={rate} />
      </ChangeSettings>
    ),
  };
  return (
    <div className="grid gap-4 *:min-w-0">
      <div>
        <ChangeSettings
          path={PATH}
          version={version}
          action="Add a model"
          title="New model"
          wantedOf={(form) => rateOf(form, textOf(form, "model"))}
        >
          <RateForm />
        </ChangeSettings>
      </div>
      <DataTable
        caption="Rates per million tokens"
        columns={[...COLUMNS, change]}
        items={rates}
        keyOf={({ model }) => model}
        empty="No model has a rate. Add one, and its use can be charged."
      />
      {scheduled.length > 0 && (
        <Section title="Begins later">
          <DataTable
            caption="Rates that begin later"
            columns={COLUMNS}
            items={scheduled}
            keyOf={({ model, version }) => `${model} ${version}`}
            empty=""
          />
        </Section>
      )}
    </div>
  );
}

function undoOf(past: PastSettingChange, { rates }: RateSettings) {
  const known = rates.find(({ model }) => model === past.name);
  const old = oldValues(past);
  if (known === undefined || old === null) return null;
  const { version: _version, effective_from: _from, ...terms } = known;
  const isTerm = (name: string) => name in terms && name !== "model";
  const restored = Object.entries(old).filter(([name]) => isTerm(name));
  return restored.length === 0 ? null : { rates: [{ ...terms, ...Object.fromEntries(restored) }] };
}

const SPEC: SettingsSpec<typeof PATH> = {
  path: PATH,
  title: "Rates",
  lead: "The prices of models. Earlier charges and open holds keep their rate.",
  current: (settings) => <Rates {...settings} />,
  undoOf,
};

export const RatesPage = () => <SettingsOf spec={SPEC} />;

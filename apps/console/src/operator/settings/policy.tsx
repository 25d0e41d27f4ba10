import type { PastSettingChange, PolicySetting, PolicySettings } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { SelectField, TextField } from "../../parts/form-fields.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { ApiText } from "../../parts/api-text.tsx";
import { ChangeSettings } from "./change-settings.tsx";
import { textOf } from "./fields.tsx";
import { boundsOf, type SettingKind, SettingValue } from "./value-kinds.tsx";
import { oldValues, SettingsOf, type SettingsSpec } from "./settings-page.tsx";

const PATH = "/settings/policy";

/** The settings that are also available through the route `/fraud/policy`. */
const FRAUD: readonly string[] = [
  "bookings_per_provider_hour",
  "cards_per_user_day",
  "early_fraud_warning",
  "failed_cards_per_user_hour",
  "sessions_per_ip_hour",
  "sessions_per_user_hour",
  "users_per_card_day",
];

const TEXTS: Readonly<Partial<Record<string, string>>> = {
  url: "web address",
  email: "email address",
  currency: "code of a currency",
};

/**
 * Only a number has a lowest value. For a text, the highest value is the maximum length, which has
 * no unit.
 */
const isNumber = ({ lowest }: PolicySetting) => lowest !== null;

const unitOf = (setting: PolicySetting) => isNumber(setting) ? setting.unit ?? "" : "";

const BOOLEANS = { true: "yes", false: "no" } as const;

const shownOf = ({ kind }: PolicySetting, value: string | null) =>
  kind === "boolean" ? BOOLEANS[value as "true"] : value ?? "";

/** The field's text as the API takes it. */
function valueOf({ kind }: PolicySetting, text: string): string | null {
  return kind === "boolean" ? String(text === BOOLEANS.true) : text || null;
}

/** @param currency the currency of top-ups; all amounts of the policy are in this currency */
function kindOf(setting: PolicySetting, currency: string): SettingKind {
  if (setting.kind === "duration") return "duration";
  if (setting.kind === "boolean") return "flag";
  return isNumber(setting) ? { unit: unitOf(setting), currency } : "text";
}

function kindsOf({ settings }: Pick<PolicySettings, "settings">) {
  const currency = settings.find(({ name }) => name === "top_up_currency")?.value ?? "usd";
  return Object.fromEntries(settings.map((each) => [each.name, kindOf(each, currency)]));
}

/** Says which values of a setting the service accepts. */
function bounds(setting: PolicySetting, ofKind: SettingKind): string {
  const { lowest, highest, choices, kind } = setting;
  if (kind === "boolean") return "yes or no";
  if (choices !== null) return choices.map(String).join(", ");
  if (lowest !== null) return boundsOf(ofKind, lowest, highest);
  const text = TEXTS[kind] ?? kind;
  return highest === null ? text : `${text}, at most ${highest} characters`;
}

interface ValueFieldProps {
  readonly setting: PolicySetting;
  readonly hint: string;
}

function ValueField({ setting, hint }: ValueFieldProps) {
  const { kind, choices, value, description } = setting;
  const values = kind === "boolean" ? Object.values(BOOLEANS) : choices?.map(String);
  const unit = unitOf(setting);
  const label = unit === "" ? "Value" : `Value (${unit})`;
  return (
    <>
      <p className="text-sm">
        <ApiText of={description} />
      </p>
      {values
        ? (
          <SelectField
            name="value"
            label={label}
            values={values}
            value={shownOf(setting, value)}
          />
        )
        : (
          <TextField
            name="value"
            label={label}
            defaultValue={value ?? ""}
            hint={hint}
          />
        )}
    </>
  );
}

interface PolicyProps extends Pick<PolicySettings, "settings" | "version"> {
  readonly isShown?: (setting: PolicySetting) => boolean;
}

function Policy(
  { settings, version, isShown = () => true }: PolicyProps,
) {
  const kinds = kindsOf({ settings });
  const limitsOf = (setting: PolicySetting) => bounds(setting, kinds[setting.name] ?? "text");
  const columns: Column<PolicySetting>[] = [
    {
      title: "Setting",
      cell: ({ name, description }) => (
        <div className="min-w-60 whitespace-normal">
          <p className="font-medium">{wordsOf(name)}</p>
          <p className="text-muted-foreground">
            <ApiText of={description} />
          </p>
        </div>
      ),
    },
    {
      title: "Value",
      isFigure: true,
      cell: ({ name, value }) => <SettingValue field={name} value={value} />,
    },
    {
      title: "Default",
      isFigure: true,
      cell: (setting) => <SettingValue field={setting.name} value={setting.default} />,
    },
    { title: "Allowed", cell: limitsOf },
    {
      title: "Change",
      cell: (setting) => (
        <ChangeSettings
          path={PATH}
          version={version}
          action="Change"
          title={wordsOf(setting.name)}
          wantedOf={(form) => ({
            changes: { [setting.name]: valueOf(setting, textOf(form, "value")) },
          })}
        >
          <ValueField setting={setting} hint={limitsOf(setting)} />
        </ChangeSettings>
      ),
    },
  ];
  return (
    <DataTable
      caption="Settings"
      columns={columns}
      items={settings.filter(isShown)}
      keyOf={({ name }) => name}
      empty=""
    />
  );
}

function undoOf(past: PastSettingChange, { settings }: PolicySettings) {
  const old = oldValues(past);
  if (old === null) return null;
  const known = settings.map(({ name }) => name);
  const changes = Object.entries(old).filter(([name]) => known.includes(name));
  return changes.length === 0 ? null : { changes: Object.fromEntries(changes) };
}

const POLICY: SettingsSpec<typeof PATH> = {
  path: PATH,
  title: "Policy",
  lead: "Limits, durations and texts. A change is in force within seconds.",
  current: (settings) => <Policy {...settings} />,
  kindsOf,
  undoOf,
};

const FRAUD_POLICY: SettingsSpec<typeof PATH> = {
  ...POLICY,
  title: "Fraud limits",
  lead: "How many checkouts, cards and bookings are allowed before a purchase is refused.",
  current: ({ settings, version }) => (
    <Policy
      version={version}
      settings={settings}
      isShown={({ name }) => FRAUD.includes(name)}
    />
  ),
  isShown: ({ fields }) => fields.some(({ field }) => FRAUD.includes(field)),
};

export const PolicyPage = () => <SettingsOf spec={POLICY} />;
export const FraudPage = () => <SettingsOf spec={FRAUD_POLICY} />;

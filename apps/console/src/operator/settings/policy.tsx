import type { PastSettingChange, PolicySetting, PolicySettings } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { None } from "../../parts/figures.tsx";
import { SelectField, TextField } from "../../parts/form-fields.tsx";
import { wordsOf } from "../../parts/words.ts";
import { ChangeSettings } from "./change-settings.tsx";
import { textOf } from "./fields.tsx";
import { oldValues, SettingsOf, type SettingsSpec } from "./settings-page.tsx";

const PATH = "/settings/policy";

/** The settings that `/fraud/policy` has, too. */
const FRAUD: readonly string[] = [
  "bookings_per_provider_hour",
  "cards_per_user_day",
  "early_fraud_warning",
  "failed_cards_per_user_hour",
  "sessions_per_ip_hour",
  "sessions_per_user_hour",
  "users_per_card_day",
];

const unitOf = ({ kind, unit }: PolicySetting) => kind === "duration" ? "seconds" : unit ?? "";

const written = (setting: PolicySetting, value: string | null) =>
  value === null ? <None /> : `${value} ${unitOf(setting)}`.trim();

/** Says which values the service takes. */
function bounds(setting: PolicySetting): string {
  const { lowest, highest, choices, kind } = setting;
  if (kind === "boolean") return "true or false";
  if (choices !== null) return choices.map(String).join(", ");
  if (lowest !== null) return `${lowest} to ${highest ?? "any"}`;
  return highest === null ? kind : `${kind}, at most ${highest} characters`;
}

function ValueField({ setting }: { readonly setting: PolicySetting }) {
  const { kind, choices, value, description } = setting;
  const values = kind === "boolean" ? ["true", "false"] : choices?.map(String);
  const unit = unitOf(setting);
  const label = unit === "" ? "Value" : `Value (${unit})`;
  return (
    <>
      <p className="text-sm">{description}</p>
      {values
        ? (
          <SelectField
            name="value"
            label={label}
            values={values}
            value={value ?? ""}
          />
        )
        : (
          <TextField
            name="value"
            label={label}
            defaultValue={value ?? ""}
            hint={bounds(setting)}
          />
        )}
    </>
  );
}

function Policy(
  { settings, version }: Pick<PolicySettings, "settings" | "version">,
) {
  const columns: Column<PolicySetting>[] = [
    {
      title: "Setting",
      cell: ({ name, description }) => (
        <div className="min-w-60 whitespace-normal">
          <p className="font-medium">{wordsOf(name)}</p>
          <p className="text-muted-foreground">{description}</p>
        </div>
      ),
    },
    {
      title: "Value",
      isFigure: true,
      cell: (setting) => written(setting, setting.value),
    },
    {
      title: "Default",
      isFigure: true,
      cell: (setting) => written(setting, setting.default),
    },
    { title: "Allowed", cell: bounds },
    {
      title: "Change",
      cell: (setting) => (
        <ChangeSettings
          path={PATH}
          version={version}
          action="Change"
          title={wordsOf(setting.name)}
          wantedOf={(form) => ({
            changes: { [setting.name]: textOf(form, "value") || null },
          })}
        >
          <ValueField setting={setting} />
        </ChangeSettings>
      ),
    },
  ];
  return (
    <DataTable
      caption="Settings"
      columns={columns}
      items={settings}
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
  undoOf,
};

const FRAUD_POLICY: SettingsSpec<typeof PATH> = {
  ...POLICY,
  title: "Fraud limits",
  lead: "How many checkouts, cards and bookings are allowed before a purchase is refused.",
  current: ({ settings, version }) => (
    <Policy
      version={version}
      settings={settings.filter(({ name }) => FRAUD.includes(name))}
    />
  ),
  isShown: ({ fields }) => fields.some(({ field }) => FRAUD.includes(field)),
};

export const PolicyPage = () => <SettingsOf spec={POLICY} />;
export const FraudPage = () => <SettingsOf spec={FRAUD_POLICY} />;

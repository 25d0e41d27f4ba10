import type { AlertRuleSetting, AlertSettings, PastSettingChange } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { None } from "../../parts/figures.tsx";
import { SelectField, TextField } from "../../parts/form-fields.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { ApiText } from "../../parts/api-text.tsx";
import { durationOf, secondsOf } from "../../parts/durations.ts";
import { titleOf, wordsOf } from "../../parts/api-names.ts";
import { ChangeSettings } from "./change-settings.tsx";
import { textOf } from "./fields.tsx";
import { oldValues, SettingsOf, type SettingsSpec } from "./settings-page.tsx";
import type { Wanted } from "./use-settings-change.ts";

const PATH = "/settings/alerts";

const DECIMALS = ["threshold", "fine_at", "factor"] as const;
const SECONDS = [
  "fires_after",
  "resolves_after",
  "period",
  "baseline",
] as const;
const WHOLE = [...SECONDS, "minimum"] as const;
const FIGURES = [...DECIMALS, ...WHOLE];
type Figure = typeof FIGURES[number];

const isSeconds = (name: Figure) => (SECONDS as readonly string[]).includes(name);

/**
 * The label of a figure's field. For a duration, the label names the unit, because the form takes
 * seconds.
 */
const labelOf = (name: Figure) => `${titleOf(name)}${isSeconds(name) ? " (seconds)" : ""}`;

function installedOf({ defaults }: AlertRuleSetting, name: Figure): string {
  const value = defaults[name];
  if (value === null) return "none";
  return isSeconds(name) ? secondsOf(value) : value;
}

const COLUMNS: readonly Column<AlertRuleSetting>[] = [
  {
    title: "Rule",
    cell: ({ rule, description }) => (
      <div className="min-w-60 whitespace-normal">
        <p className="font-medium">{wordsOf(rule)}</p>
        <p className="text-muted-foreground">{description && <ApiText of={description} />}</p>
      </div>
    ),
  },
  {
    title: "Severity",
    cell: ({ severity }) => <StateBadge state={severity} />,
  },
  {
    title: "State",
    cell: ({ enabled }) => <StateBadge state={enabled ? "on" : "off"} />,
  },
  { title: "Unit", cell: ({ unit }) => unit ?? <None /> },
  ...FIGURES.map((name): Column<AlertRuleSetting> => ({
    title: titleOf(name),
    isFigure: true,
    cell: ({ [name]: value }) => {
      if (value === null) return <None />;
      if (!isSeconds(name)) return value;
      return <span className="whitespace-nowrap">{durationOf(Number(value))}</span>;
    },
  })),
];

/**
 * Turns the form's texts into a change of the rule. Texts of whole numbers become numbers, and
 * empty texts are left out.
 */
function changeOf(
  rule: string,
  texts: Readonly<Record<string, string | null | undefined>>,
) {
  const given = FIGURES.flatMap((name) => {
    const text = texts[name];
    if (text === undefined || text === null || text === "") return [];
    return [[
      name,
      (WHOLE as readonly string[]).includes(name) ? Number(text) : text,
    ]];
  });
  const { enabled } = texts;
  const state = enabled === undefined ? {} : { enabled: enabled === "true" || enabled === "yes" };
  return {
    rules: [{ rule, ...Object.fromEntries(given), ...state }],
  } as Wanted<typeof PATH>;
}

function Rules({ rules, version }: AlertSettings) {
  const change: Column<AlertRuleSetting> = {
    title: "Change",
    cell: (rule) => (
      <ChangeSettings
        path={PATH}
        version={version}
        action="Change"
        title={`Rule ${wordsOf(rule.rule)}`}
        wantedOf={(form) => {
          const names = ["enabled", ...FIGURES];
          const texts = Object.fromEntries(
            names.map((name) => [name, textOf(form, name)]),
          );
          return changeOf(rule.rule, texts);
        }}
      >
        <SelectField
          name="enabled"
          label="Enabled"
          values={["yes", "no"]}
          value={rule.enabled ? "yes" : "no"}
        />
        {FIGURES.filter((name) => rule[name] !== null).map((name) => (
          <TextField
            key={name}
            name={name}
            label={labelOf(name)}
            inputMode="decimal"
            defaultValue={rule[name] ?? ""}
            hint={`As installed: ${installedOf(rule, name)}`}
          />
        ))}
      </ChangeSettings>
    ),
  };
  return (
    <DataTable
      caption="Alert rules"
      columns={[...COLUMNS, change]}
      items={rules}
      keyOf={({ rule }) => rule}
      empty=""
    />
  );
}

function undoOf(past: PastSettingChange): Wanted<typeof PATH> | null {
  const old = oldValues(past);
  return old === null || past.name === null ? null : changeOf(past.name, old);
}

const SPEC: SettingsSpec<typeof PATH> = {
  path: PATH,
  title: "Alert rules",
  lead: "When an alert fires, and when it resolves.",
  current: (settings) => <Rules {...settings} />,
  undoOf,
};

export const AlertRulesPage = () => <SettingsOf spec={SPEC} />;

import type { FlagSetting, FlagSettings, PastSettingChange } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Moment, None } from "../../parts/figures.tsx";
import { SelectField, TextField } from "../../parts/form-fields.tsx";
import { StateBadge } from "../../parts/state-badge.tsx";
import { Author } from "../links.tsx";
import { ChangeSettings } from "./change-settings.tsx";
import { textOf } from "./fields.tsx";
import { oldValues, SettingsOf, type SettingsSpec } from "./settings-page.tsx";
import type { Wanted } from "./use-settings-change.ts";

const PATH = "/settings/flags";

const COLUMNS: readonly Column<FlagSetting>[] = [
  { title: "Feature", cell: ({ name }) => name },
  { title: "State", cell: ({ state }) => <StateBadge state={state} /> },
  {
    title: "Users",
    isFigure: true,
    cell: ({ state, percentage }) => state === "percentage" ? `${percentage} %` : <None />,
  },
  { title: "Changed", cell: ({ changed_at }) => <Moment at={changed_at} /> },
  { title: "By", cell: ({ changed_by }) => <Author of={changed_by} /> },
];

/** The API accepts a percentage only with the state `percentage`. */
function flagOf(
  name: string,
  state: string,
  percentage: string,
): Wanted<typeof PATH> {
  const share = state === "percentage" ? { percentage: Number(percentage) } : {};
  return { flags: [{ name, state, ...share }] } as Wanted<typeof PATH>;
}

function Flags({ flags, version }: FlagSettings) {
  const change: Column<FlagSetting> = {
    title: "Change",
    cell: ({ name, state, percentage }) => (
      <ChangeSettings
        path={PATH}
        version={version}
        action="Change"
        title={`Feature ${name}`}
        wantedOf={(form) => flagOf(name, textOf(form, "state"), textOf(form, "percentage"))}
      >
        <SelectField
          name="state"
          label="State"
          values={["on", "off", "percentage"]}
          value={state}
        />
        <TextField
          name="percentage"
          label="Percentage of users"
          inputMode="decimal"
          defaultValue={percentage}
          hint="Used only if the state is percentage."
        />
      </ChangeSettings>
    ),
  };
  return (
    <DataTable
      caption="Features"
      columns={[...COLUMNS, change]}
      items={flags}
      keyOf={({ name }) => name}
      empty=""
    />
  );
}

function undoOf(past: PastSettingChange, { flags }: FlagSettings) {
  const old = oldValues(past);
  const known = flags.find(({ name }) => name === past.name);
  if (old === null || known === undefined) return null;
  const { state = known.state, percentage = String(known.percentage) } = old;
  return flagOf(known.name, state ?? known.state, percentage ?? "0");
}

const SPEC: SettingsSpec<typeof PATH> = {
  path: PATH,
  title: "Features",
  lead: "b2c sells credits, b2b sells bookings. Each is on, off, or on for some users.",
  current: (settings) => <Flags {...settings} />,
  undoOf,
};

export const FlagsPage = () => <SettingsOf spec={SPEC} />;

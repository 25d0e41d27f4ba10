import type { SettingsChanged } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { None } from "../../parts/figures.tsx";
import { fieldOf, SettingValue } from "./value-kinds.tsx";

type Field = SettingsChanged["changes"][number]["fields"][number];

/** Fields with their values before and after. */
const FIELDS: readonly Column<Field>[] = [
  { title: "Field", cell: ({ field }) => fieldOf(field) },
  {
    title: "Before",
    cell: ({ field, from }) =>
      from === null ? <None /> : (
        <del>
          <SettingValue field={field} value={from} />
        </del>
      ),
  },
  {
    title: "After",
    cell: ({ field, to }) =>
      to === null ? <None /> : (
        <ins>
          <SettingValue field={field} value={to} />
        </ins>
      ),
  },
];

/** Lists what a change of the settings would alter, as the service's dry run returns it. */
export function Diff({ changes, unchanged }: SettingsChanged) {
  if (changes.length === 0) return <p role="status">Nothing would change.</p>;
  return (
    <div className="grid gap-3">
      {changes.map(({ name, change, version, fields }) => (
        <div key={name} className="grid gap-2 *:min-w-0">
          <p className="text-sm">
            <span className="font-medium">{name}</span>
            {` is ${change}.${version === null ? "" : ` Version of ${name}: ${version}.`}`}
          </p>
          <DataTable
            caption={`Changes of ${name}`}
            columns={FIELDS}
            items={fields}
            keyOf={({ field }) =>
              field}
            empty="No field changes."
          />
        </div>
      ))}
      {unchanged > 0 && <p className="text-sm text-muted-foreground">Unchanged: {unchanged}</p>}
    </div>
  );
}

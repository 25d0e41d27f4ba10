import type { PastSettingChange } from "@farthing/client";
import { type Column, DataTable } from "../../parts/data-table.tsx";
import { Moment, None } from "../../parts/figures.tsx";
import { Section } from "../../parts/page.tsx";
import { Author } from "../links.tsx";
import { ChangeSettings } from "./change-settings.tsx";
import { fieldOf, SettingValue } from "./value-kinds.tsx";
import type { SettingsPath, Wanted } from "./use-settings-change.ts";

interface HistoryProps<P extends SettingsPath> {
  readonly path: P;
  readonly version: string;
  readonly history: readonly PastSettingChange[];
  /** Returns a change's fields, named as a dry run names them: `price_usd`, for example. */
  readonly fieldsOf: (past: PastSettingChange) => PastSettingChange["fields"];
  /** Returns the change that restores the old values; null if nothing can be restored. */
  readonly undoOf: (past: PastSettingChange) => Wanted<P> | null;
}

/** The fields of a change, each with its values before and after. */
function Fields({ fields }: Pick<PastSettingChange, "fields">) {
  const list = (
    <ul className="grid gap-1">
      {fields.map(({ field, from, to }) => (
        <li key={field} className="break-words">
          {`${fieldOf(field)}: `}
          <SettingValue field={field} value={from} />
          {" → "}
          <SettingValue field={field} value={to} />
        </li>
      ))}
    </ul>
  );
  if (fields.some(({ from }) => from !== null)) return list;
  return (
    <details>
      <summary>added</summary>
      {list}
    </details>
  );
}

/**
 * The last 50 changes. A change that replaced values can be undone: a new version restores the old
 * values.
 */
export function SettingsHistory<P extends SettingsPath>(
  props: HistoryProps<P>,
) {
  const { path, version, history, fieldsOf, undoOf } = props;
  const columns: Column<PastSettingChange>[] = [
    { title: "Settings version", isFigure: true, cell: ({ version }) => version },
    { title: "When", cell: ({ changed_at }) => <Moment at={changed_at} /> },
    { title: "What", cell: ({ name }) => name ?? "settings" },
    { title: "Change", cell: (past) => <Fields fields={fieldsOf(past)} /> },
    { title: "Author", cell: ({ author }) => <Author of={author} /> },
    { title: "Reason", cell: ({ reason }) => reason ?? <None /> },
    {
      title: "Undo",
      cell: (past) => {
        const wanted = undoOf(past);
        const title = `Undo version ${past.version} of these settings`;
        return (
          <ChangeSettings
            path={path}
            version={version}
            action="Undo"
            title={past.name === null ? title : `${title}: ${past.name}`}
            isOffered={wanted !== null}
            wantedOf={() => wanted!}
          />
        );
      },
    },
  ];
  return (
    <Section title="History">
      <DataTable
        caption="The last 50 changes"
        columns={columns}
        items={history}
        keyOf={(past) => `${past.version} ${past.name}`}
        empty="Nobody has changed these settings yet."
      />
    </Section>
  );
}

import type { ReactNode } from "react";
import type { PastSettingChange, Result } from "@farthing/client";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { useRead } from "../../reads/use-read.ts";
import { SettingsHistory } from "./history.tsx";
import { KindsOfPage, type SettingKind } from "./value-kinds.tsx";
import type { SettingsPath, Wanted } from "./use-settings-change.ts";

type Settings<P extends SettingsPath> = Result<"get", P> & {
  readonly version: string;
  readonly history: readonly PastSettingChange[];
};

export interface SettingsSpec<P extends SettingsPath> {
  readonly path: P;
  readonly title: string;
  readonly lead: string;
  /** Shows the values in force, with the dialogs that change them. */
  readonly current: (settings: Settings<P>) => ReactNode;
  /** Whether this page shows a change; by default it shows all changes. */
  readonly isShown?: (past: PastSettingChange) => boolean;
  /** The kind of each field that only this page has. */
  readonly kindsOf?: (settings: Settings<P>) => Readonly<Record<string, SettingKind>>;
  /** Returns the fields of an earlier change, named as a dry run names them. */
  readonly fieldsOf?: (
    past: PastSettingChange,
    settings: Settings<P>,
  ) => PastSettingChange["fields"];
  readonly undoOf: (
    past: PastSettingChange,
    settings: Settings<P>,
  ) => Wanted<P> | null;
}

/** Settings of one kind: the values in force, their version, and their history. */
export function SettingsOf<P extends SettingsPath>(
  { spec }: { readonly spec: SettingsSpec<P> },
) {
  const { path, title, lead, current, isShown = () => true, undoOf } = spec;
  const { kindsOf, fieldsOf = ({ fields }) => fields } = spec;
  const reading = useRead(path, {} as never);
  return (
    <Page title={title} lead={lead}>
      <Known reading={reading} title={title} placeholder="h-96">
        {(data) => {
          const settings = data as Settings<P>;
          const { version, history } = settings;
          return (
            <KindsOfPage.Provider value={kindsOf?.(settings) ?? {}}>
              <div className="grid gap-6 *:min-w-0">
                <Section title="In force">
                  <p className="text-sm text-muted-foreground">
                    {`Version ${version} of these settings: each change raises it.`}
                  </p>
                  {current(settings)}
                </Section>
                <SettingsHistory
                  path={path}
                  version={version}
                  history={history.filter(isShown)}
                  fieldsOf={(past) => fieldsOf(past, settings)}
                  undoOf={(past) => undoOf(past, settings)}
                />
              </div>
            </KindsOfPage.Provider>
          );
        }}
      </Known>
    </Page>
  );
}

/** The old value of each field of a change; null if the change only added new values. */
export function oldValues(
  { fields }: PastSettingChange,
): Record<string, string | null> | null {
  if (fields.every(({ from }) => from === null)) return null;
  return Object.fromEntries(fields.map(({ field, from }) => [field, from]));
}

import type { ReactNode } from "react";
import type { PastSettingChange, Result } from "@farthing/client";
import { Known } from "../../parts/known.tsx";
import { Page, Section } from "../../parts/page.tsx";
import { useRead } from "../../reads/use-read.ts";
import { SettingsHistory } from "./history.tsx";
import type { SettingsPath, Wanted } from "./use-settings-change.ts";

type Settings<P extends SettingsPath> = Result<"get", P> & {
  readonly version: string;
  readonly history: readonly PastSettingChange[];
};

export interface SettingsSpec<P extends SettingsPath> {
  readonly path: P;
  readonly title: string;
  readonly lead: string;
  /** The values in force, with what changes them. */
  readonly current: (settings: Settings<P>) => ReactNode;
  /** Leaves out the changes that are not of this page. */
  readonly isShown?: (past: PastSettingChange) => boolean;
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
  const reading = useRead(path, {} as never);
  return (
    <Page title={title} lead={lead}>
      <Known reading={reading} title={title} placeholder="h-96">
        {(data) => {
          const settings = data as Settings<P>;
          const { version, history } = settings;
          return (
            <div className="grid gap-6 *:min-w-0">
              <Section title="In force">
                <p className="text-sm text-muted-foreground">
                  {`Version ${version}`}
                </p>
                {current(settings)}
              </Section>
              <SettingsHistory
                path={path}
                version={version}
                history={history.filter(isShown)}
                undoOf={(past) => undoOf(past, settings)}
              />
            </div>
          );
        }}
      </Known>
    </Page>
  );
}

/** The old values of a change by their fields; null if it added what was not there before. */
export function oldValues(
  { fields }: PastSettingChange,
): Record<string, string | null> | null {
  if (fields.every(({ from }) => from === null)) return null;
  return Object.fromEntries(fields.map(({ field, from }) => [field, from]));
}

/**
 * Uses a dry run to show what a change of settings would do, and then makes exactly that change.
 */
import { useEffect, useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Body, Changed, PathOf, SettingsChanged } from "@farthing/client";
import { farthingKey, useFarthing, useUserId } from "@farthing/react";
import { type Change, changeOf, useChange } from "../../reads/use-change.ts";
import { ONCE } from "../../reads/use-read.ts";

/** The routes of settings: all of them have a version, a reason and a dry run. */
export type SettingsPath = Extract<PathOf<"post">, `/settings/${string}`>;

/** The changed values, without `version`, `reason` and `dry_run`, which all settings have. */
export type Wanted<P extends SettingsPath> = {
  [Key in Exclude<keyof Body<P>, "version" | "reason" | "dry_run">]: Body<
    P
  >[Key];
};

export interface SettingsChange<P extends SettingsPath> {
  /** Asks the service what would change. Nothing is changed. */
  readonly check: (wanted: Wanted<P>) => void;
  readonly checking: Pick<Change<never, SettingsChanged>, "state" | "error" | "repeat">;
  /** The changes that would be made; undefined before the check. */
  readonly checked: SettingsChanged | undefined;
  /** Makes the change that was checked. */
  readonly save: (reason: string) => void;
  readonly saving: Change<never, Changed<SettingsChanged>>;
  readonly reset: () => void;
}

/** @param version the version that the page shows: if another one is in force, nothing is saved */
export function useSettingsChange<P extends SettingsPath>(
  path: P,
  version: string,
): SettingsChange<P> {
  const farthing = useFarthing();
  const signedInAs = useUserId() ?? "";
  const queries = useQueryClient();
  const [checkedBody, setCheckedBody] = useState<object | null>(null);
  const dryRun = useMutation({
    ...ONCE,
    mutationFn: (body: object) => {
      const input = { body: { ...body, dry_run: true } } as never;
      return farthing.change("post", path, input, { signedInAs });
    },
  });
  const saving = useChange("post", path) as unknown as Change<
    object,
    Changed<SettingsChanged>
  >;
  const error = dryRun.error ?? saving.error;
  useEffect(() => {
    // The error may mean that the version is out of date. The settings are read again, because the
    // next attempt needs the current version.
    if (error !== null) void queries.invalidateQueries({ queryKey: farthingKey(signedInAs) });
  }, [error, queries, signedInAs]);
  return {
    check: (wanted) => {
      const body = { ...wanted, version };
      setCheckedBody(body);
      dryRun.mutate(body);
    },
    checking: changeOf(dryRun),
    checked: dryRun.data as SettingsChanged | undefined,
    save: (reason) => saving.run({ body: { ...checkedBody, reason } }),
    saving: saving as Change<never, Changed<SettingsChanged>>,
    reset: () => {
      setCheckedBody(null);
      dryRun.reset();
      saving.reset();
    },
  };
}

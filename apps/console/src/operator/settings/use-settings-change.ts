/** Tries a change of settings without making it, and then makes exactly that change. */
import { useState } from "react";
import { useMutation } from "@tanstack/react-query";
import type { Body, Changed, PathOf, SettingsChanged } from "@farthing/client";
import { useFarthing, useUserId } from "@farthing/react";
import { type Change, useChange } from "../../reads/use-change.ts";
import { ONCE } from "../../reads/use-read.ts";

/** The routes of settings: all of them have a version, a reason and a dry run. */
export type SettingsPath = Extract<PathOf<"post">, `/settings/${string}`>;

/** What changes, without the version, the reason and `dry_run`, which are the same for all settings. */
export type Wanted<P extends SettingsPath> = {
  [Key in Exclude<keyof Body<P>, "version" | "reason" | "dry_run">]: Body<
    P
  >[Key];
};

export interface SettingsChange<P extends SettingsPath> {
  /** Asks the service what would change. Nothing is changed. */
  readonly check: (wanted: Wanted<P>) => void;
  readonly isChecking: boolean;
  readonly checkError: Error | null;
  /** What would change; undefined before the check. */
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
  const [asked, setAsked] = useState<object | null>(null);
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
  return {
    check: (wanted) => {
      const body = { ...wanted, version };
      setAsked(body);
      dryRun.mutate(body);
    },
    isChecking: dryRun.isPending,
    checkError: dryRun.error,
    checked: dryRun.data as SettingsChanged | undefined,
    save: (reason) => saving.run({ body: { ...asked, reason } }),
    saving: saving as Change<never, Changed<SettingsChanged>>,
    reset: () => {
      setAsked(null);
      dryRun.reset();
      saving.reset();
    },
  };
}

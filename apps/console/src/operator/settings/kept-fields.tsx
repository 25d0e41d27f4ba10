import type { ReactNode } from "react";
import { type Moved, useKeptEntries } from "./kept-entries.ts";

const written = (value: string): string => value === "" ? "none" : value;

function movedAs({ label, from, to, entry }: Moved): string {
  const change = `${label}: ${written(from)} → ${written(to)}.`;
  return entry === undefined ? change : `${change} Your entry ${written(entry)} stays.`;
}

/** Says what somebody else has changed while the form was open. */
const MovedFields = ({ moved }: { readonly moved: readonly Moved[] }) => (
  <div role="status" className="grid gap-1 rounded-md border p-3 text-sm">
    <p className="font-medium">Somebody else has changed these settings meanwhile.</p>
    {moved.length === 0 ? <p>None of the fields below has changed.</p> : (
      <ul>
        {moved.map((each) => <li key={each.label} className="break-words">{movedAs(each)}</li>)}
      </ul>
    )}
  </div>
);

interface KeptFieldsProps {
  /** The version of the settings whose values the fields show. */
  readonly version: string;
  /**
   * If true, the fields are hidden but not removed. When the operator goes back to them, they still
   * have what was entered.
   */
  readonly isHidden: boolean;
  readonly children: ReactNode;
}

/**
 * The fields of a settings form. If the settings get a new version while the form is open, the
 * fields get the values of that version.
 */
export function KeptFields({ version, isHidden, children }: KeptFieldsProps) {
  const { ref, note, moved } = useKeptEntries(version);
  return (
    <div hidden={isHidden} className={isHidden ? "hidden" : "grid gap-4"}>
      {moved !== undefined && <MovedFields moved={moved} />}
      <div key={version} ref={ref} onChange={note} className="grid gap-4">{children}</div>
    </div>
  );
}

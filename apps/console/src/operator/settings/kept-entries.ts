/**
 * Brings an open form up to date when somebody else has changed the settings: the form gets the new
 * values, and what the operator has entered stays. Otherwise the old values of all other fields
 * would be sent with the new version, and would undo that person's change.
 */
import { type RefObject, useLayoutEffect, useRef, useState } from "react";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
type Values = ReadonlyMap<string, string>;

/** A field that somebody else has changed. */
export interface Moved {
  readonly label: string;
  readonly from: string;
  readonly to: string;
  /** The value that the operator has entered in the field; undefined if it equals `from` or `to`. */
  readonly entry: string | undefined;
}

const fieldsIn = (form: HTMLElement): Field[] => [
  ...form.querySelectorAll<Field>("input[name], select[name], textarea[name]"),
];

const valuesIn = (form: HTMLElement): Values =>
  new Map(fieldsIn(form).map(({ name, value }) => [name, value]));

const labelOf = ({ labels, name }: Field): string => labels?.[0]?.textContent ?? name;

const labelsIn = (form: HTMLElement): Values =>
  new Map(fieldsIn(form).map((field) => [field.name, labelOf(field)]));

/**
 * Returns the lines of `now`, plus the operator's new lines, minus the lines that the operator
 * removed.
 */
function mergedLines(old: string, entry: string, now: string): string {
  const [before, after, current] = [old, entry, now].map((text) =>
    text.split("\n").filter((line) => line !== "")
  ) as [string[], string[], string[]];
  const kept = current.filter((line) => after.includes(line) || !before.includes(line));
  const added = after.filter((line) => !before.includes(line) && !current.includes(line));
  return [...kept, ...added].join("\n");
}

/** Writes the operator's entries back into the fields, which already show the new values. */
function keep(form: HTMLElement, old: Values, entries: Values): void {
  for (const field of fieldsIn(form)) {
    const { name, value: now } = field;
    const entry = entries.get(name);
    const before = old.get(name) ?? "";
    if (entry === undefined || entry === before) continue;
    field.value = field instanceof HTMLTextAreaElement ? mergedLines(before, entry, now) : entry;
  }
}

interface Opened {
  readonly form: HTMLElement;
  readonly version: string;
  /** The values that the settings have in this version. */
  readonly values: Values;
  readonly labels: Values;
}

/** Compares the values of two versions. */
function movedBetween(old: Opened, now: Opened, entries: Values): Moved[] {
  const names = new Set([...old.values.keys(), ...now.values.keys()]);
  return [...names].flatMap((name) => {
    const [from = "", to = ""] = [old.values.get(name), now.values.get(name)];
    if (from === to) return [];
    const entry = entries.get(name);
    const label = now.labels.get(name) ?? old.labels.get(name) ?? name;
    return [{ label, from, to, entry: entry === from || entry === to ? undefined : entry }];
  });
}

export interface KeptEntries {
  /**
   * The element around the fields. Its React key must be the version: each new version then renders
   * the fields again, with the new values.
   */
  readonly ref: RefObject<HTMLDivElement | null>;
  /** Notes what the operator has entered. */
  readonly note: () => void;
  /** Fields that somebody else has changed since the form was opened; undefined if there are none. */
  readonly moved: readonly Moved[] | undefined;
}

export function useKeptEntries(version: string): KeptEntries {
  const ref = useRef<HTMLDivElement>(null);
  const opened = useRef<Opened>(null);
  const entries = useRef<Values>(new Map());
  const [moved, setMoved] = useState<readonly Moved[]>();
  useLayoutEffect(() => {
    const form = ref.current;
    if (form === null || opened.current?.form === form) return;
    const [old, noted] = [opened.current, entries.current];
    const now = { form, version, values: valuesIn(form), labels: labelsIn(form) };
    opened.current = now;
    if (old === null || old.version === version) return;
    keep(form, old.values, noted);
    entries.current = valuesIn(form);
    setMoved(movedBetween(old, now, noted));
  }, [version]);
  return {
    ref,
    note: () => {
      if (ref.current !== null) entries.current = valuesIn(ref.current);
    },
    moved,
  };
}

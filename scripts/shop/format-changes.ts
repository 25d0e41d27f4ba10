import pc from "picocolors";
import { formatTable } from "@farthing/command-line";
import type { Changed } from "../project/settings-api.ts";

/** With values of this length, a line of five columns fits in a terminal of 120 characters. */
const VALUE_LENGTH = 40;

type Change = Changed["changes"][number];

const SIGNS: Record<Change["change"], string> = {
  added: pc.green("+"),
  changed: pc.yellow("~"),
  removed: pc.red("-"),
  restored: pc.green("^"),
  retired: pc.red("-"),
};

/** Formats the changes of the packages, with one line for each changed field. */
export function formatChanges({ changes, unchanged }: Changed): string {
  const count = (change: Change["change"]) => changes.filter((each) => each.change === change);
  const summary = [
    ...Object.entries(SIGNS).flatMap(([change, sign]) => {
      const { length } = count(change as Change["change"]);
      return length === 0 ? [] : [`${sign} ${length} ${change}`];
    }),
    pc.dim(`= ${unchanged} unchanged`),
  ].join("  ");
  if (changes.length === 0) return summary;
  const columns = [
    { title: pc.bold("package") },
    { title: pc.dim("version"), align: "right" as const },
    { title: pc.dim("field") },
    { title: pc.dim("now"), align: "right" as const },
    { title: "" },
    { title: pc.dim("new") },
  ];
  return `${summary}\n\n${formatTable(columns, changes.flatMap(rowsOf))}`;
}

function rowsOf({ change, name, version, fields }: Change): string[][] {
  return fields
    // If the file gives a new package no description, both values are null, so there is nothing to
    // show.
    .filter(({ from, to }) => from !== null || to !== null)
    .map(({ field, from, to }, index) => [
      index === 0 ? `${SIGNS[change]} ${name}` : "",
      index === 0 ? String(version) : "",
      field,
      shorten(from),
      "→",
      shorten(to),
    ]);
}

/**
 * Shortens a value. A description may have 500 characters; its beginning is enough to recognize it.
 */
function shorten(value: string | null): string {
  if (value === null) return "–";
  const characters = [...value];
  return characters.length <= VALUE_LENGTH
    ? value
    : `${characters.slice(0, VALUE_LENGTH).join("")}…`;
}

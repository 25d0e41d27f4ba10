/** All pages of the console, from the console's own list. */
import { ROOT } from "../../scripts/command/root.ts";

export interface Area {
  readonly title: string;
  readonly isForOperators: boolean;
  /** The part of each page's address after the `#`. Some have parameters, such as `/orders/:id`. */
  readonly paths: readonly string[];
}

const LIST = `${ROOT}apps/console/src/shell/pages.tsx`;
const TITLE = /^"(?<title>[^"]+)",\s+isForOperators: (?<isForOperators>true|false)/;

function areaOf(text: string): Area {
  const { title, isForOperators } = TITLE.exec(text)!.groups!;
  const paths = [...text.matchAll(/\bpath: "([^"]+)"/g)].map(([, path]) => path!);
  return { title: title!, isForOperators: isForOperators === "true", paths };
}

/**
 * The console's list of pages is a module for the browser, so it is read as text and not imported.
 */
export const AREAS: readonly Area[] = (await Deno.readTextFile(LIST))
  .split(/\btitle: (?=")/).slice(1).map(areaOf);

export const isOfOneRecord = (path: string): boolean => path.includes(":");

/**
 * The address of a page that shows one record. By default, the id is random, so the record does not
 * exist.
 */
export const addressOf = (path: string, id: string = crypto.randomUUID()): string =>
  path.replace(":id", id).replace(":list", "entries");

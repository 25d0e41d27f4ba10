/**
 * Finds the references from one schema file to objects that another file creates. PostgreSQL
 * resolves a name outside a function's body when the statement runs, so the object must exist
 * already. It resolves a name inside a body when the function runs, so the object may be created
 * later.
 */
import { splitStatements } from "@farthing/local-stack/migrations";
import type { SchemaFile } from "./schema-files.ts";

export interface Reference {
  /**
   * The path of the file that uses the name. `to` is the path of the file that creates the object.
   */
  readonly from: string;
  readonly to: string;
  readonly name: string;
  /**
   * Whether the name is inside a function's body, so that PostgreSQL resolves it when the function
   * runs.
   */
  readonly late: boolean;
}

const COMMENT = /--[^\n]*/g;
const BODY = /\$(\w*)\$[^]*?\$\1\$/g;
const TEXT = /'(?:[^']|'')*'/g;
const DEFINES =
  /^create (?:or replace )?(?:function|procedure|view|table|type|domain) (farthing(?:_public)?\.\w+)/;
const NAMES = /\bfarthing(?:_public)?\.\w+/g;

const withoutComments = (statement: string) => statement.replace(COMMENT, "").trim();

/** Returns the statements of a text without their comments. */
export function statementsOf({ text }: { readonly text: string }): string[] {
  return splitStatements(text).map(withoutComments);
}

/**
 * For each object, returns the path of the file that creates it. If several files create an object
 * of the same name, the first of them counts.
 */
function homesOf(files: readonly SchemaFile[]): Map<string, string> {
  const homes = new Map<string, string>();
  for (const file of files) {
    for (const statement of statementsOf(file)) {
      const name = DEFINES.exec(statement)?.[1];
      if (name && !homes.has(name)) homes.set(name, file.path);
    }
  }
  return homes;
}

/** Returns every reference from a file to another file. */
function referencesOf(files: readonly SchemaFile[]): Reference[] {
  const homes = homesOf(files);
  const found: Reference[] = [];
  for (const file of files) {
    for (const statement of statementsOf(file)) {
      const head = statement.replace(BODY, "").replace(TEXT, "");
      const bound = new Set(head.match(NAMES));
      for (const name of new Set(statement.match(NAMES))) {
        const to = homes.get(name);
        if (!to || to === file.path) continue;
        found.push({ from: file.path, to, name, late: !bound.has(name) });
      }
    }
  }
  return found;
}

/**
 * Returns the references that PostgreSQL could not resolve, because a later file creates the
 * object.
 */
export function forwardReferences(files: readonly SchemaFile[]): Reference[] {
  const place = new Map(files.map(({ path }, at) => [path, at]));
  return referencesOf(files).filter(({ from, to, late }) =>
    !late && place.get(to)! > place.get(from)!
  );
}

/**
 * Returns a message for each call of an exposed function in a function's body. There should be no
 * such call: a rule that several functions use belongs in a private function.
 */
export function callsOfExposed(files: readonly SchemaFile[]): string[] {
  return files.flatMap((file) =>
    statementsOf(file).flatMap((statement) => {
      const body = statement.match(BODY)?.join() ?? "";
      return [...body.matchAll(/\bfarthing_public\.\w+(?=\()/g)].map(([name]) =>
        `${file.path} calls ${name}, which is exposed: move the rule to a private function`
      );
    })
  );
}

const subjectOf = (path: string) => path.split("/")[2]!;

export interface Subject {
  readonly name: string;
  /** The subjects that this subject uses and whose tables are created before its own. */
  readonly uses: string[];
  /**
   * The subjects whose functions this subject calls although their tables are created after its
   * own.
   */
  readonly calls: string[];
}

/**
 * Returns the subjects in the order in which their tables are created, each with the subjects that
 * it uses. A subject is a folder of supabase/schemas.
 */
export function subjectGraph(files: readonly SchemaFile[]): Subject[] {
  const subjects = [...new Set(files.map(({ path }) => subjectOf(path)))];
  const references = referencesOf(files);
  return subjects.map((name, at) => {
    const named = new Set(
      references.filter(({ from }) => subjectOf(from) === name).map(({ to }) => subjectOf(to)),
    );
    return {
      name,
      uses: subjects.slice(0, at).filter((each) => named.has(each)),
      calls: subjects.slice(at + 1).filter((each) => named.has(each)),
    };
  });
}

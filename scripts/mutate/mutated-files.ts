/** The files from which mutants are made. */
import { readTree } from "../tidy/tidy.ts";
import { isTest, type Source } from "../tidy/sources/source.ts";
import { ROOT } from "../command/root.ts";
import type { Area } from "./mutant.ts";

let reading: Promise<Source[]> | undefined;

/** Returns every text file of the repository. The files are read only once. */
export const tree = (): Promise<Source[]> => reading ??= readTree(ROOT);

const isModule = ({ path }: Source) =>
  /^supabase\/functions\/.*\.ts$/.test(path) &&
  !/\/(?:testing|generated)\/|\/index\.ts$/.test(path);

export async function findSources(area: Area): Promise<Source[]> {
  return (await tree()).filter((source) =>
    area === "functions"
      ? isModule(source) && !isTest(source)
      : /^supabase\/schemas\/.*\.sql$/.test(source.path)
  );
}

export async function textOf(file: string): Promise<string> {
  const source = (await tree()).find(({ path }) => path === file);
  if (!source) throw new Error(`the repository has no file ${file}`);
  return source.text;
}

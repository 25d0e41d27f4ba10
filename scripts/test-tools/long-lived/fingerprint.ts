/** Hashes files. A changed hash means that data made from these files is out of date. */
import { createHash } from "node:crypto";
import { ROOT } from "../../command/root.ts";

/** Files and folders that npm and Next.js write into an app's folder. */
const WRITTEN = ["node_modules", ".next", "next-env.d.ts"];

/**
 * @returns the files of a folder, or the file itself; all paths relative to the repository's root
 */
export async function filesBeneath(path: string): Promise<string[]> {
  const { isDirectory } = await Deno.stat(`${ROOT}${path}`);
  if (!isDirectory) return [path];
  const files: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}${path}`)) {
    if (!WRITTEN.includes(name)) files.push(...await filesBeneath(`${path}/${name}`));
  }
  return files;
}

/**
 * @param paths files and folders, relative to the repository's root
 * @param isPart whether a file is included; by default all files except tests are included
 */
export async function fingerprint(
  paths: readonly string[],
  isPart = (file: string) => !/\.test\.tsx?$/.test(file),
): Promise<string> {
  const files = (await Promise.all(paths.map(filesBeneath))).flat().sort();
  const hash = createHash("sha256");
  for (const file of files.filter(isPart)) {
    const text = await Deno.readFile(`${ROOT}${file}`);
    hash.update(`${file} ${text.length}\n`).update(text);
  }
  return hash.digest("hex").slice(0, 16);
}

/** One hash over files: what was made from them is stale as soon as one of them has changed. */
import { createHash } from "node:crypto";
import { ROOT } from "../../command/root.ts";

async function filesBeneath(path: string): Promise<string[]> {
  const { isDirectory } = await Deno.stat(`${ROOT}${path}`);
  if (!isDirectory) return [path];
  const files: string[] = [];
  for await (const { name } of Deno.readDir(`${ROOT}${path}`)) {
    if (name !== "node_modules") files.push(...await filesBeneath(`${path}/${name}`));
  }
  return files;
}

/**
 * @param paths files and folders, from the repository's root
 * @param isPart whether a file of them counts; all but tests, unless given
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

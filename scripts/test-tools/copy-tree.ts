/**
 * Copies a folder without its node_modules, and returns the copied files. The copy must be outside
 * of the repository, so that another version of Deno does not find the repository's configuration.
 */
export async function copyTree(from: string, to: string): Promise<string[]> {
  await Deno.mkdir(to, { recursive: true });
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "node_modules") continue;
    if (isDirectory) files.push(...await copyTree(`${from}/${name}`, `${to}/${name}`));
    else {
      await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
      files.push(`${to}/${name}`);
    }
  }
  return files;
}

/** How large each function is as one minified file: a deployment without Docker takes 5 MB. */
import { lastLines } from "./deno-tests.ts";
import { checked, type Row } from "./suite.ts";

const MAX_BYTES = 5_000_000;

async function bytesOf(directory: string, name: string): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", `${name}/index.ts`],
    cwd: directory,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(lastLines(stderr));
  return stdout.byteLength;
}

async function namesIn(directory: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const isFunction = isDirectory && !name.startsWith("_") && name !== "node_modules";
    if (isFunction) names.push(name);
  }
  return names.sort();
}

/** A row for each function of a directory, with its size in its name; fails above `maxBytes`. */
export async function checkBundles(directory: string, maxBytes = MAX_BYTES): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of await namesIn(directory)) {
    let size = "";
    const row = await checked(`bundle of ${name}`, async () => {
      const bytes = await bytesOf(directory, name);
      size = `, ${(bytes / 1e6).toFixed(2)} MB`;
      if (bytes > maxBytes) throw new Error(`${bytes} bytes, at most ${maxBytes}`);
    });
    rows.push({ ...row, name: row.name + size });
  }
  return rows;
}

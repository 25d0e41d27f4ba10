/** Finds the Chromium that is installed on the machine, for tests in a real browser. */

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Returns the first Chromium on the PATH, or undefined. */
export function findChromium(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`)).find(isFile);
}

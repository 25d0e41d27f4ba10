import { pathToFileURL } from "node:url";

/** A `file:` URL that `import()` takes. */
export function toFileUrl(path: string): string {
  return pathToFileURL(path).href;
}

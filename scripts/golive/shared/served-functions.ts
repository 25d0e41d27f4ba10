/** Serves the functions of a folder beside the running ones, with another environment. */
import { fromStack } from "../../secrets/sources.ts";
import type { Project } from "../command/project.ts";

const SERVER = "tests/support/processes/serve-functions.ts";
const START_LINE = /^port (\d+)$/m;

async function portOf(output: ReadableStream<Uint8Array>): Promise<number> {
  let text = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const port = START_LINE.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error("The functions could not be started on this machine.");
}

/** Calls `use` with a copy of the project whose URL is the address of the folder's functions. */
export async function withServedFunctions<T>(
  project: Project,
  folder: string,
  changes: Readonly<Record<string, string>>,
  use: (there: Project) => Promise<T>,
): Promise<T> {
  const given = fromStack(project.settings).values ?? {};
  const values = Object.entries(given).filter((entry): entry is [string, string] => !!entry[1]);
  await using server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", SERVER],
    cwd: folder,
    env: {
      ...Object.fromEntries(values),
      // Empty, so that the functions fetch the keys from Auth instead of using the JWKS in the
      // settings.
      SUPABASE_JWKS: "",
      BEHIND_URL: project.url,
      ...changes,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return await use({ ...project, url: `http://127.0.0.1:${await portOf(server.stdout)}` });
}

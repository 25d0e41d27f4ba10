/** The house rules that formatter and linter do not know, as one pass over the text files of the tree. */
import { cycles } from "./rules/cycles.ts";
import { deadExport, deadModule } from "./rules/dead.ts";
import { floors } from "./rules/floors.ts";
import { fileLength, functionLength, lineLength, sqlFunctionLength } from "./rules/lengths.ts";
import { packageFace } from "./rules/packages.ts";
import { pinned } from "./rules/pinned.ts";
import { databaseTests, migrations, pages } from "./rules/places.ts";
import { noAny, noConsole } from "./rules/typing.ts";
import { noEndlessWait } from "./rules/waits.ts";
import { wording } from "./rules/wording.ts";
import { generatedMark, kebabCase, noLeftover, noMachine } from "./rules/leftovers.ts";
import { type Finding, makeSource, type Rule, type Source } from "./sources/source.ts";

export const rules: Rule[] = [
  lineLength,
  fileLength,
  functionLength,
  sqlFunctionLength,
  noAny,
  noConsole,
  noEndlessWait,
  deadExport,
  deadModule,
  floors,
  cycles,
  packageFace,
  pinned,
  noLeftover,
  noMachine,
  generatedMark,
  kebabCase,
  wording,
  migrations,
  databaseTests,
  pages,
];

/** Data is other people's text. */
const NOT_OURS = /(?:^|\/)data\/.*\.(?:csv|json)$/;

export async function readTree(root: string): Promise<Source[]> {
  const git = new Deno.Command("git", {
    // Command-line trust: CI often runs as another user than the one who checked out.
    args: [
      "-c",
      "safe.directory=*",
      "ls-files",
      "-z",
      "--cached",
      "--others",
      "--exclude-standard",
    ],
    cwd: root,
  });
  const { success, stdout, stderr } = await git.output();
  if (!success) {
    throw new Error(`tidy reads the tree with git: ${new TextDecoder().decode(stderr)}`);
  }
  const paths = new TextDecoder().decode(stdout).split("\0").filter((path) =>
    path !== "" && !NOT_OURS.test(path)
  );
  const texts = await Promise.all(paths.map(async (path) => {
    // Deleted in the work tree and not yet in the index is gone all the same.
    const bytes = await Deno.readFile(`${root}/${path}`).catch(() => null);
    // A zero byte: an image or an archive, not text.
    return bytes && !bytes.includes(0) ? makeSource(path, new TextDecoder().decode(bytes)) : null;
  }));
  return texts.filter((source) => source !== null);
}

interface Breach extends Finding {
  rule: string;
}

export function tidy(sources: Source[]): Breach[] {
  return rules
    .flatMap(({ name, check }) => check(sources).map((finding) => ({ rule: name, ...finding })))
    .sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line);
}

/**
 * Checks all text files of the repository against the house rules that the formatter and the linter
 * cannot check.
 */
import { chosenMutants } from "./rules/chosen-mutants.ts";
import { copiedCommands } from "./rules/copied-commands.ts";
import { cycles } from "./rules/cycles.ts";
import { deadExport, deadModule } from "./rules/dead-code.ts";
import { noEndlessWait } from "./rules/endless-waits.ts";
import { databaseTests, kebabCase, migrations } from "./rules/file-names.ts";
import { floors } from "./rules/floors.ts";
import { generatedMark, noLeftover, noMachine } from "./rules/leftovers.ts";
import { fileLength, functionLength, lineLength, sqlFunctionLength } from "./rules/lengths.ts";
import { pages } from "./rules/links.ts";
import { noAny } from "./rules/no-any.ts";
import { noConsole } from "./rules/no-console.ts";
import { packageExports } from "./rules/package-exports.ts";
import { paths } from "./rules/paths.ts";
import { pinned } from "./rules/pinned.ts";
import { printedFiles } from "./rules/printed-files.ts";
import { smallFile } from "./rules/small-files.ts";
import { wording } from "./rules/wording.ts";
import { type Finding, makeSource, type Rule, type Source } from "./sources/source.ts";

export const rules: Rule[] = [
  lineLength,
  fileLength,
  smallFile,
  functionLength,
  sqlFunctionLength,
  noAny,
  noConsole,
  noEndlessWait,
  deadExport,
  deadModule,
  floors,
  cycles,
  packageExports,
  pinned,
  noLeftover,
  noMachine,
  generatedMark,
  kebabCase,
  wording,
  migrations,
  databaseTests,
  pages,
  paths,
  copiedCommands,
  printedFiles,
  chosenMutants,
];

/** Data files, whose text other people wrote. */
const NOT_OURS = /(?:^|\/)data\/.*\.(?:csv|json)$/;

export async function readTree(root: string): Promise<Source[]> {
  const git = new Deno.Command("git", {
    // Without this option, Git refuses a repository that belongs to another user, which is common
    // in CI.
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
    throw new Error(`git cannot list the files: ${new TextDecoder().decode(stderr)}`);
  }
  const paths = new TextDecoder().decode(stdout).split("\0").filter((path) =>
    path !== "" && !NOT_OURS.test(path)
  );
  const texts = await Promise.all(paths.map(async (path) => {
    // A deleted file is skipped, because Git lists it until the deletion is staged.
    const bytes = await Deno.readFile(`${root}/${path}`).catch(() => null);
    if (bytes === null) return null;
    // A file that contains a zero byte is an image or an archive. It counts as a file without text,
    // because pages may link to it.
    return makeSource(path, bytes.includes(0) ? "" : new TextDecoder().decode(bytes));
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

/**
 * `deno task packages`: installs the packages of deno.lock into node_modules. Every task that needs
 * packages runs this script first. Otherwise, with an empty cache, the first process would print a
 * line for each of some 200 packages into its own output. This script imports no package. If
 * everything is installed, it takes 50 ms and prints nothing.
 */
import { styleText } from "node:util";
import { print, printError, printPiece } from "@farthing/command-line";

/**
 * The progress is shown if the installation takes longer than this and adds packages. The time
 * alone is not enough: on a busy machine, checking the packages takes longer than this even if none
 * is missing.
 */
const SILENT_MS = 500;
const FOLDER = new URL("../../node_modules/.deno", import.meta.url);
const CLEAR_LINE = "\r\x1b[K";
const WHAT = "Installing packages from npm, once";

const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Counts the packages. Hidden files don't count: Deno creates a lock file while it checks. */
function countPackages(): number {
  try {
    return [...Deno.readDirSync(FOLDER)].filter(({ name }) => !name.startsWith(".")).length;
  } catch {
    return 0;
  }
}

/**
 * Shows that packages are being installed. If some packages are already there at the start, shows
 * nothing until another one is added. On a terminal, one line shows the number of packages and the
 * elapsed time, updated every `SILENT_MS`. Elsewhere, one line is printed once. Returns a function
 * that ends the display.
 */
function showProgress(start: number): () => void {
  const isTerminal = Deno.stdout.isTerminal();
  const before = countPackages();
  let shown = false;
  const timer = setInterval(() => {
    if (before > 0 && countPackages() === before) return;
    if (isTerminal) {
      const progress = `… ${WHAT}: ${countPackages()} in ${seconds(start)}`;
      printPiece(CLEAR_LINE + styleText("dim", progress));
    } else if (!shown) print(`… ${WHAT}; about a minute`);
    shown = true;
  }, SILENT_MS);
  return () => {
    clearInterval(timer);
    if (!shown) return;
    if (isTerminal) printPiece(CLEAR_LINE);
    print(
      `${styleText("green", "✓")}  packages  ${countPackages()} installed in ${seconds(start)}`,
    );
  };
}

async function install(): Promise<void> {
  const start = performance.now();
  const done = showProgress(start);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet"],
    cwd: new URL("../../", import.meta.url),
    stdin: "null",
    stdout: "null",
  }).output();
  if (success) return done();
  printError(new TextDecoder().decode(stderr).trimEnd());
  printError(
    "The packages could not be installed. Connect to the npm registry and try again. Later runs " +
      "do not need it.",
  );
  Deno.exit(1);
}

await install();

/** The app of docs/recipes/thirteen-tasks.md: its size and its tasks. */
import { deepEqual, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { PRINTED } from "../../scripts/tidy/rules/printed-files.ts";
import { isGoodToLookAt } from "../examples/app-page.ts";
import { testVisits, type Visit } from "../examples/visit.ts";
import { signsUp } from "./app-page.ts";
import {
  asksTheModel,
  chatsAndStops,
  followsJobs,
  getsEmails,
  isChargedForUsage,
  isRefunded,
  isToppedUp,
  meetsThePaywall,
  readsTheHistory,
  recoversAnEvent,
} from "./steps.ts";

const APP = "examples/thirteen-tasks";
/** All code that the app's developer writes, as the recipe prints it. */
const FILES = PRINTED["docs/recipes/thirteen-tasks.md"].files;
const MOST_LINES = 79;

/** Returns the lines of code, without imports, blank lines and comments. */
function linesOf(text: string): string[] {
  return text.replaceAll(/^import [^;]*;\n/gm, "").split("\n")
    .filter((line) => !/^\s*(\/\/.*|\/\*\*.*|\*.*)?$/.test(line));
}

const read = (file: string) => Deno.readTextFile(`${ROOT}${APP}/${file}`);

/**
 * Asserts that FILES has every file with code, apart from the files that shadcn and Vite have
 * written. Git ignores the blocks that shadcn installs in src/components, so these are not
 * compared.
 */
async function namesEveryFile(): Promise<void> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard", "--", APP],
    cwd: ROOT,
  }).output();
  const files = new TextDecoder().decode(stdout).trim().split("\n")
    .map((path) => path.slice(APP.length + 1));
  const code = files.filter((file) => /\.(tsx?|m?js)$/.test(file));
  const template = ["src/lib/utils.ts", "vite.config.ts"]; // written by shadcn and Vite
  deepEqual(code.sort(), [...FILES, ...template].sort());
}

async function isShort(): Promise<void> {
  const lines = (await Promise.all(FILES.map(read))).flatMap(linesOf);
  ok(lines.length > 50 && lines.length <= MOST_LINES, `${lines.length} lines`);
  ok(lines.every((line) => line.length <= 100));
}

async function everything(visit: Visit): Promise<void> {
  const email = await signsUp(visit);
  const orderId = await meetsThePaywall(visit, email);
  await asksTheModel(visit);
  await isChargedForUsage(visit);
  await chatsAndStops(visit);
  await followsJobs(visit);
  await readsTheHistory(visit);
  await isGoodToLookAt(visit.page, "thirteen-tasks");
  await isToppedUp(visit, email);
  await isRefunded(visit, orderId);
  await getsEmails(visit, email);
}

Deno.test("the thirteen tasks take under 80 lines of the app's own code", async () => {
  await namesEveryFile();
  await isShort();
});

testVisits("thirteen-tasks", "the thirteen tasks on another origin", [
  ["are done by a user and an operator, from the sign-up to the refund", everything],
  ["recover a lost webhook", recoversAnEvent],
]);

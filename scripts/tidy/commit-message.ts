/**
 * The program of the Git hook `.githooks/commit-msg`. It exits with code 1 if the subject of the
 * commit message in the given file breaks the rule in commits.ts.
 */
import { printError } from "@farthing/command-line";
import { faultOf } from "./commits.ts";

const message = await Deno.readTextFile(Deno.args[0]!);
const subject = message.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? "";
// An empty message is not checked, because Git itself refuses it.
const fault = subject === "" ? null : faultOf(subject, new Date());
if (fault) {
  printError(`${subject}\n${fault}`);
  Deno.exit(1);
}

/**
 * The program of the hook `.githooks/commit-msg`: exits with code 1 when the subject of the message
 * in the given file breaks the rule.
 */
import { printError } from "@farthing/command-line";
import { faultOf } from "./commits.ts";

const message = await Deno.readTextFile(Deno.args[0]!);
const subject = message.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? "";
// git itself refuses an empty message.
const fault = subject === "" ? null : faultOf(subject);
if (fault) {
  printError(`${subject}\n${fault}`);
  Deno.exit(1);
}

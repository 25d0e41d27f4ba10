/** The hook `.githooks/commit-msg`: exit code 1 where the message in this file has no subject as agreed. */
import { printError } from "@farthing/command-line";
import { faultOf } from "./commits.ts";

const message = await Deno.readTextFile(Deno.args[0]!);
const subject = message.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? "";
// An empty message is git's to refuse.
const fault = subject === "" ? null : faultOf(subject);
if (fault) {
  printError(`${subject}\n${fault}`);
  Deno.exit(1);
}

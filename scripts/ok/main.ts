/**
 * `deno task ok [gate …]`: runs every gate in turn, and then the tests. Prints one line for each
 * gate, and the output of each gate that fails. If gates are named, it runs only those gates and no
 * tests. The exit code is 1 when anything failed.
 */
import pc from "picocolors";
import { print, printError } from "@farthing/command-line";
import { gates, runGate } from "./gates.ts";

const NAME_WIDTH = Math.max(...gates.map(({ name }) => name.length));

async function runGates(names: string[]): Promise<boolean> {
  let passed = true;
  for (const gate of gates.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const passage = await runGate(gate, Deno.stdout.isTerminal());
    const verdict = passage.passed ? pc.green("ok    ") : pc.red("failed");
    const time = `${(passage.ms / 1000).toFixed(1)} s`.padStart(8);
    print(`${verdict}  ${gate.name.padEnd(NAME_WIDTH)}${pc.dim(time)}`);
    if (!passage.passed) printError(passage.output.trimEnd());
    passed &&= passage.passed;
  }
  return passed;
}

async function runTests(): Promise<boolean> {
  const tests = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "test"],
    cwd: new URL("../../", import.meta.url).pathname,
  });
  return (await tests.spawn().status).success;
}

async function main(): Promise<void> {
  const unknown = Deno.args.filter((name) => !gates.some((gate) => gate.name === name));
  if (unknown.length > 0) {
    printError(
      `there is no gate ${unknown.join(", ")}; the gates are ${
        gates.map(({ name }) => name).join(", ")
      }`,
    );
    Deno.exit(2);
  }
  const gatesPassed = await runGates(Deno.args);
  const testsPassed = Deno.args.length > 0 || await runTests();
  if (!gatesPassed || !testsPassed) Deno.exit(1);
}

await main();

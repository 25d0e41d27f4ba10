import assert from "node:assert/strict";
import { writeFunctionLog } from "./function-log.ts";

const info = `{"level":"info","message":"POST /usage"}`;
const error = `{"level":"error","message":"the database is down"}`;

/**
 * Runs a function that logs two events in one call and then a line of text. Returns what was
 * written to the file and to the terminal.
 */
async function logged(verbose: boolean): Promise<{ file: string; terminal: string[] }> {
  const file = await Deno.makeTempFile();
  const terminal: string[] = [];
  const { console } = globalThis;
  const original = console.log;
  console.log = (line: string) => void terminal.push(line);
  try {
    const stopLog = writeFunctionLog({ file, verbose });
    console.log(`${info}\n${error}`);
    console.log("words", { n: 1 });
    await stopLog();
    console.log("after");
    return { file: await Deno.readTextFile(file), terminal };
  } finally {
    console.log = original;
    await Deno.remove(file);
  }
}

const ALL = `${info}\n${error}\nwords { n: 1 }\n`;

Deno.test("the function log writes every line to the file, and only errors to the terminal", async () => {
  assert.deepEqual(await logged(false), { file: ALL, terminal: [error, "after"] });
});

Deno.test("the function log writes every line to both when verbose", async () => {
  assert.deepEqual(await logged(true), {
    file: ALL,
    terminal: [info, error, "words { n: 1 }", "after"],
  });
});

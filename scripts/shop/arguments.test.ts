import assert from "node:assert/strict";
import { readArguments, UsageError } from "./arguments.ts";

Deno.test("a diff reads the default file", () => {
  assert.deepEqual(readArguments(["diff"]), {
    command: "diff",
    file: "farthing.packages.json",
    retire: false,
  });
});

Deno.test("a push takes a file, a reason and a project", () => {
  const args = [
    "push",
    "--",
    "shop.json",
    "--reason",
    "autumn",
    "--retire",
    "--env-file",
    "live.env",
  ];
  assert.deepEqual(readArguments(args), {
    command: "push",
    file: "shop.json",
    reason: "autumn",
    retire: true,
    envFile: "live.env",
  });
});

Deno.test("--help needs no command", () => {
  assert.equal(readArguments(["--help"]), null);
});

Deno.test("a pull names its new file", () => {
  const expected = { command: "pull", file: "shop.json", retire: false };
  assert.deepEqual(readArguments(["pull", "shop.json"]), expected);
});

const REFUSED = [
  [],
  ["merge"],
  ["pull"],
  ["diff", "a", "b"],
  ["push"],
  ["push", "--reason", " "],
  ["diff", "--x"],
];

for (const args of REFUSED) {
  Deno.test(`the command line "${args.join(" ")}" is refused`, () => {
    assert.throws(() => readArguments(args), UsageError);
  });
}

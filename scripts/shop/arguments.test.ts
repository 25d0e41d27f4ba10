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

for (
  const args of [[], ["pull"], ["diff", "a", "b"], ["push"], ["push", "--reason", " "], [
    "diff",
    "--x",
  ]]
) {
  Deno.test(`the command line "${args.join(" ")}" is refused`, () => {
    assert.throws(() => readArguments(args), UsageError);
  });
}

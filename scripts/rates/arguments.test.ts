import assert from "node:assert/strict";
import { readArguments, UsageError } from "./arguments.ts";

Deno.test("readArguments reads a file alone as a dry run over all models", () => {
  assert.deepEqual(readArguments(["map.json"]), {
    help: false,
    file: "map.json",
    models: undefined,
    reason: null,
    markup: null,
    skipRefused: false,
    envFile: undefined,
  });
});

Deno.test("readArguments reads every option", () => {
  const read = readArguments(
    [
      "map.json",
      "--apply",
      "--reason",
      "why",
      "--models",
      "a, b,a",
      "--markup",
      "3.5",
      "--env-file",
      "x.env",
    ],
  );
  assert.ok(!read.help);
  assert.deepEqual([read.reason, read.models, read.markup, read.envFile], [
    "why",
    ["a", "b"],
    "3.5",
    "x.env",
  ]);
});

for (
  const args of [
    [],
    ["a", "b"],
    ["a", "--apply"],
    ["a", "--apply", "--reason", " "],
    ["a", "--apply", "--reason", "x", "--dry-run"],
    ["a", "--all", "--models", "b"],
    ["a", "--models", ","],
    ["a", "--never-heard-of"],
    ...["0", "0.0", "04", "-1", "1e3", "NaN", "4.00001", "100000", ""].map((markup) => [
      "a",
      `--markup=${markup}`,
    ]),
  ]
) {
  Deno.test(`readArguments refuses "${args.join(" ")}"`, () => {
    assert.throws(() => readArguments(args), UsageError);
  });
}

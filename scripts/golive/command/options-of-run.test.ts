import { equal, notEqual } from "node:assert/strict";
import { askedOf } from "./options-of-run.ts";
import { readOptions } from "./options.ts";

function asked(...args: string[]) {
  const call = readOptions(["canary", ...args]);
  if (call.kind !== "run") throw new Error("no command");
  return askedOf(call.options, "commit");
}

Deno.test("each option that changes what a run does is remembered", () => {
  const all = [
    ...["--flag b2b", "--stages 25", "--stage-seconds 5", "--package pro", "--email a@b.example"],
    ...["--to HEAD", "--project abcdefghijklmnopqrst"],
  ];
  for (const option of all) {
    const [name, value] = option.split(" ");
    notEqual(asked(name!, value!)[name!], asked()[name!], option);
  }
});

Deno.test("an email address is not stored", () => {
  equal(JSON.stringify(asked("--email", "a@b.example")).includes("b.example"), false);
});

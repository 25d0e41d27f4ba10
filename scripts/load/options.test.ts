import assert from "node:assert/strict";
import { readOptions } from "./options.ts";

Deno.test("readOptions defaults to ten times the expected traffic, and to enough people for it", () => {
  const options = readOptions([]);
  assert.deepEqual(options, { rate: 200, seconds: 30, people: 100, envFile: undefined });
  assert.equal(readOptions(["--rate", "5"])?.people, 3);
});

Deno.test("readOptions reads every flag", () => {
  const flags = ["--rate", "20", "--seconds", "5", "--people", "7", "--", "--env-file", "f"];
  assert.deepEqual(readOptions(flags), { rate: 20, seconds: 5, people: 7, envFile: "f" });
  assert.equal(readOptions(["--help"]), undefined);
});

Deno.test("readOptions names the flag whose value is wrong", () => {
  for (const value of ["0", "-1", "1.5", "x", "", "1e3", "99999"]) {
    assert.throws(
      () => readOptions(["--rate", value]),
      /--rate/,
      value,
    );
  }
  assert.throws(() => readOptions(["--seconds", "0"]), /--seconds must be a whole number from 1/);
  assert.throws(() => readOptions(["--people=0"]), /--people must be a whole number from 1/);
  assert.throws(() => readOptions(["--fast"]), /--fast/);
});

import assert from "node:assert/strict";
import { formatTable } from "./table.ts";

Deno.test("formatTable aligns words left and numbers right, with or without colour", () => {
  const table = formatTable(
    [{ title: "model" }, { title: "USD", align: "right" }],
    [["gpt-4o", "\x1b[32m5\x1b[39m"], ["o3", "0.55"]],
  );
  assert.equal(table, "model    USD\ngpt-4o     \x1b[32m5\x1b[39m\no3      0.55");
});

Deno.test("formatTable without titles has no heading line", () => {
  assert.equal(formatTable([{ title: "" }, { title: "" }], [["a", "b"]]), "a  b");
});

/** Compares the words of the rule with those of the glossary. */
import assert from "node:assert/strict";
import { privateWords } from "./vocabulary.ts";

/**
 * Glossary words that have no pattern. No pattern can find their private meaning, because they are
 * also plain English: "a guard", "a call that was tried".
 */
const FOR_READERS_ALONE = ["guard", "tried"];

Deno.test("the rule looks for each word that the glossary replaces, and for no other", async () => {
  const glossary = await Deno.readTextFile(new URL("../../../docs/glossary.md", import.meta.url));
  const table = glossary.slice(glossary.indexOf("| not "));
  const words = [...table.matchAll(/^\| ([a-z][^|"]*?) *\|/gm)].slice(1)
    .flatMap(([, cell]) => cell!.replace(/ \([^)]*\)/, "").split(", "));
  assert.deepEqual(
    words.toSorted(),
    [...privateWords.map((word) => word.not), ...FOR_READERS_ALONE].toSorted(),
  );
});

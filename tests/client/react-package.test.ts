/**
 * The package @farthing/react as it is published to npm: its files, size and types, and its
 * README's code.
 */
import { equal, ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { blocksIn } from "../support/project/printed-snippets.ts";
import { bytesOf, compiles, isWellFormed, type Packed, withPacked } from "./packed.ts";

const TYPES = "tests/client/app/hook-types.tsx";
const PAGES = ["packages/react/README.md", "docs/recipes/use-react-and-next.md"];
const PEERS = ["@farthing/client", "@tanstack/react-query", "react", "react/jsx-runtime"];
const MOST_BYTES = 8_192;

async function isSmall(packed: Packed): Promise<void> {
  const bytes = await bytesOf(packed, "react", PEERS);
  ok(bytes <= MOST_BYTES, `@farthing/react has ${bytes} bytes, at most ${MOST_BYTES}`);
}

/**
 * Next.js needs the directive `"use client"` in a module with hooks. The module with query options
 * must not have the directive, because its functions are also called on a server.
 */
async function marksHooks({ folder }: Packed): Promise<void> {
  for (const [file, isMarked] of [["core/context.js", true], ["core/queries.js", false]] as const) {
    const text = await Deno.readTextFile(`${folder}/dist/${file}`);
    equal(/^(\/\*[^]*?\*\/\s*)?"use client";/.test(text), isMarked, file);
  }
}

/** Compiles each code block of these docs pages as a module of an app. */
async function checksPages(packed: Packed): Promise<void> {
  const files: [string, string][] = [];
  for (const [place, page] of PAGES.entries()) {
    const blocks = (await blocksIn(page)).filter(({ language }) => language === "tsx");
    ok(blocks.length > 0, page);
    blocks.forEach(({ code }, index) => files.push([`page-${place}-${index}.tsx`, code]));
  }
  // The types of supabase-js compile only with `skipLibCheck`.
  await compiles(packed, Object.fromEntries(files), { skipLibCheck: true });
}

Deno.test("the packed hooks", async (test) => {
  await withPacked(["client", "react"], async (packed) => {
    await test.step("are well formed for npm, and their types resolve", () => isWellFormed(packed));
    await test.step("are small", () => isSmall(packed));
    await test.step("are marked for React's server components", () => marksHooks(packed));
    await test.step("refuse wrong uses when they are compiled", async () => {
      await compiles(packed, { "types.tsx": await Deno.readTextFile(`${ROOT}${TYPES}`) });
    });
    await test.step("compile with the blocks of the README and of the recipe", () =>
      checksPages(packed));
  });
});

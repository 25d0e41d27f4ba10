/**
 * Tests that the README's tables list every method with its arguments, list every option, and list
 * nothing else.
 */
import { deepEqual } from "node:assert/strict";
import { createFarthing } from "./mod.ts";
import { createFarthingServer } from "./server.ts";

const README = await Deno.readTextFile(new URL("./README.md", import.meta.url));

/** Returns the names in the first column of the README's table below the given sentence. */
function namesBelow(sentence: string): string[] {
  const [table = ""] = README.split(`\n${sentence}\n\n`)[1]?.split("\n\n") ?? [];
  const cells = table.split("\n").slice(2).map((row) => row.split("|")[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
}

/** Returns a method's arguments without `options`. An argument with a default gets a `?`. */
function argumentsOf(method: (...given: never[]) => unknown): string {
  const [, list = ""] = /^[^(]*\(([^)]*)\)/.exec(method.toString()) ?? [];
  return list.split(", ").filter((name) => name !== "" && !name.startsWith("options"))
    .map((name) => name.replace(/ =.*/, "?")).join(", ");
}

function methodsOf(part: object, before = ""): string[] {
  return Object.entries(part).flatMap(([name, value]) =>
    typeof value === "function"
      ? [`${before}${name}(${argumentsOf(value)})`]
      : methodsOf(value, `${before}${name}.`)
  );
}

Deno.test("the README names each method of the browser's client", () => {
  const farthing = createFarthing({ url: "u", publishableKey: "k", getAccessToken: () => null });
  deepEqual(namesBelow("In the browser, of `createFarthing`:").sort(), methodsOf(farthing).sort());
});

Deno.test("the README names each method of the server's client", () => {
  const farthing = createFarthingServer({ url: "u", secretKey: "k" });
  deepEqual(
    namesBelow("On a server, of `createFarthingServer`:").sort(),
    methodsOf(farthing).sort(),
  );
});

/** The interfaces of the methods' options, each with the file that declares it. */
const OPTIONS = {
  CallOptions: "core/send.ts",
  BuyOptions: "browser/methods.ts",
  WaitForOrderOptions: "browser/orders.ts",
  WaitForCardOptions: "browser/cards.ts",
  WaitForJobOptions: "browser/follow-job.ts",
};

/** Returns the fields that an interface declares itself, without the inherited ones. */
async function fieldsOf(name: string, file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`./${file}`, import.meta.url));
  const [, body = ""] = new RegExp(`^export interface ${name} [^]*?{\n([^]*?)^}`, "m").exec(text) ??
    [];
  return [...body.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, field = ""]) => field);
}

Deno.test("the README names each option of a method", async () => {
  const fields = await Promise.all(Object.entries(OPTIONS).map((each) => fieldsOf(...each)));
  const named = namesBelow(
    "Every method but `respond` and `fetch` takes options after these arguments:",
  );
  deepEqual(named.sort(), [...new Set(fields.flat())].sort());
});

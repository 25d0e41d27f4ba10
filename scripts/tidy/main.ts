/** `deno task tidy`: prints what breaks the house rules, one line each; exit code 1 where something does. */
import pc from "picocolors";
import { print } from "../../packages/command-line/print.ts";
import { formatTable } from "../../packages/command-line/table.ts";
import { readTree, tidy } from "./tidy.ts";

const sources = await readTree(new URL("../..", import.meta.url).pathname);
const breaches = tidy(sources);

if (breaches.length === 0) {
  print(`${sources.length} files, all tidy`);
} else {
  print(formatTable(
    [{ title: "" }, { title: "" }, { title: "" }],
    breaches.map(({ path, line, rule, message }) => [`${path}:${line}`, pc.yellow(rule), message]),
  ));
  print(pc.red(`${breaches.length} to tidy in ${sources.length} files`));
  Deno.exit(1);
}

/**
 * `deno task tidy`: prints each breach of the house rules on a line of its own, and exits with code
 * 1 if there is one.
 */
import pc from "picocolors";
import { formatTable, print } from "@farthing/command-line";
import { faultOf, readCommits } from "./commits.ts";
import { readTree, tidy } from "./tidy.ts";

const root = new URL("../..", import.meta.url).pathname;
const sources = await readTree(root);
const breaches = [
  ...tidy(sources),
  ...(await readCommits(root)).flatMap(({ hash, madeAt, subject }) => {
    const message = faultOf(subject, madeAt);
    return message ? [{ path: "commit", line: hash, rule: "subject", message }] : [];
  }),
];

if (breaches.length === 0) {
  print(`${sources.length} files, no breach of the house rules`);
} else {
  print(formatTable(
    [{ title: "" }, { title: "" }, { title: "" }],
    breaches.map(({ path, line, rule, message }) => [`${path}:${line}`, pc.yellow(rule), message]),
  ));
  print(pc.red(`${sources.length} files, breaches of the house rules: ${breaches.length}`));
  Deno.exit(1);
}

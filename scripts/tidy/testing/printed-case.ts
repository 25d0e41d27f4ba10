/** The test case for the rule about recipes that print files of an example. */
import type { RuleCase } from "./import-cases.ts";

const NEXT = "examples/next/";
const NEXT_PAGE = "docs/recipes/use-next.md";
const printed = (file: string, code: string) => `${file}:\n\n\`\`\`ts\n${code}\n\`\`\`\n`;

export const PRINTED_CASE: RuleCase = [
  "printed-files",
  {
    [NEXT_PAGE]: printed("lib/server.ts", "old();") + printed("a file", "b();") +
      printed("app/page.tsx", "c();"),
    [`${NEXT}lib/server.ts`]: "a();\n",
    [`${NEXT}proxy.ts`]: "b();\n",
    "examples/thirteen-tasks/src/main.tsx": "",
  },
  [
    `${NEXT_PAGE}:3`,
    `${NEXT_PAGE}:8`,
    `${NEXT_PAGE}:13`,
    `${NEXT_PAGE}:15`,
    "examples/thirteen-tasks:1",
  ],
  {
    [NEXT_PAGE]: "```sh\nnpm ci\n```\n" + printed("lib/server.ts", "a();") +
      printed("proxy.ts", "b();") + printed("app/page.tsx", "c();") +
      printed("app/api/pictures/route.ts", "d();"),
    [`${NEXT}lib/server.ts`]: "a();\n",
    [`${NEXT}proxy.ts`]: "b();\n",
    [`${NEXT}app/page.tsx`]: "c();\n",
    [`${NEXT}app/api/pictures/route.ts`]: "d();\n",
  },
];

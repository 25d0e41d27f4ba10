import { deepEqual, equal } from "node:assert/strict";
import { visit } from "../testing/page.tsx";
import { forgetReturn } from "./return-address.ts";

interface PageHistory {
  readonly state: unknown;
  replaceState(state: unknown, title: string, url: string): void;
}
const { history, location } = globalThis as unknown as {
  history: PageHistory;
  location: { href: string };
};

const CASES: [name: string, state: unknown, kept: unknown][] = [
  ["keeps a router's state", { key: "a", usr: { tab: 2 } }, { key: "a", usr: { tab: 2 } }],
  ["keeps no state", null, null],
  ["loses the mark of Next.js, which ignores a change with it", { __NA: true, tree: 1 }, {
    tree: 1,
  }],
];

for (const [name, state, kept] of CASES) {
  Deno.test(`an entry whose address loses its order ${name}`, () => {
    visit("https://app.test/shop?tab=2&farthing_order=order-1");
    history.replaceState(state, "", location.href);
    forgetReturn();
    equal(location.href, "https://app.test/shop?tab=2");
    deepEqual(history.state, kept);
  });
}

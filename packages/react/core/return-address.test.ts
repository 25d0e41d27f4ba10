import { deepEqual, equal } from "node:assert/strict";
import { visit } from "../testing/page.tsx";
import { cardReturnAddress, forgetReturn, returnAddress } from "./return-address.ts";

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
  ["loses the mark of Next.js, which ignores a change that has it", { __NA: true, tree: 1 }, {
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

const SESSION = "access_token=a.b.c&expires_in=3600&refresh_token=r&token_type=bearer&type=signup";
const REFUSAL = "error=access_denied&error_code=otp_expired&error_description=The+link+is+invalid";

const HASHES: [name: string, address: string, page: string, hash: string][] = [
  ["none", "https://app.test/shop", "https://app.test/shop?", ""],
  [
    "a place on the page",
    "https://app.test/shop?tab=2#plans",
    "https://app.test/shop?tab=2&",
    "#plans",
  ],
  ["a hash router's page", "https://app.test/console/#/buy", "https://app.test/console/?", "#/buy"],
  [
    "a page and its query",
    "https://app.test/#/buy?to=%2Fa&n=1",
    "https://app.test/?",
    "#/buy?to=%2Fa&n=1",
  ],
  ["a session's tokens", `https://app.test/#${SESSION}`, "https://app.test/?", ""],
  ["tokens after a page", `https://app.test/#/buy#${SESSION}`, "https://app.test/?", "#/buy"],
  ["tokens that a router has moved", `https://app.test/#/${SESSION}`, "https://app.test/?", ""],
  ["a provider's token", "https://app.test/#provider_token=p", "https://app.test/?", ""],
  ["a refused link", `https://app.test/#${REFUSAL}`, "https://app.test/?", ""],
];

for (const [name, address, page, hash] of HASHES) {
  Deno.test(`Stripe returns to the page of an address with ${name}`, () => {
    visit(address);
    const cancelUrl = `${page.slice(0, -1)}${hash}`;
    deepEqual(returnAddress(), {
      successUrl: `${page}farthing_order={ORDER_ID}${hash}`,
      cancelUrl,
    });
    deepEqual(cardReturnAddress("first"), {
      successUrl: `${page}farthing_card=first${hash}`,
      cancelUrl,
    });
    visit(returnAddress().successUrl.replace("{ORDER_ID}", "order-1"));
    forgetReturn();
    equal(location.href, cancelUrl);
  });
}

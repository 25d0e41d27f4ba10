/**
 * Finds out whether the user has just returned from Stripe's page. After such a return, the page's
 * address contains the order's id or says that a card was saved.
 */

const ORDER = "farthing_order";
const CARD = "farthing_card";

/** The part of the browser's history that is used here. */
interface PageHistory {
  readonly state: unknown;
  replaceState(state: unknown, title: string, url: string): void;
}

/**
 * Matches what Supabase's auth service adds to the page's address after a `#`: a session's tokens,
 * or the reason why there is no session.
 */
const OF_SESSION = /(?:^|[/?&])(?:access|refresh|provider|provider_refresh)_token=|^error=/;

/**
 * Returns the hash without a session's tokens, which Stripe must not receive. The part that a hash
 * router uses stays in the hash, even if tokens follow it: `#/shop#access_token=…` becomes
 * `#/shop`.
 */
function hashWithoutTokens(hash: string): string {
  const parts = hash.split("#").slice(1);
  return parts.filter((part) => !OF_SESSION.test(part)).map((part) => `#${part}`).join("");
}

function addressWithout(): URL {
  const url = new URL(globalThis.location.href);
  url.searchParams.delete(ORDER);
  url.searchParams.delete(CARD);
  url.hash = hashWithoutTokens(url.hash);
  return url;
}

interface ReturnAddress {
  readonly successUrl: string;
  readonly cancelUrl: string;
}

/**
 * Returns the two addresses to which Stripe sends the user back. Both lead to the current page.
 * `successUrl` has the parameter in its query, and `cancelUrl` does not.
 */
function returnWith(parameter: string): ReturnAddress {
  const url = addressWithout();
  const { href: cancelUrl, hash } = url;
  url.hash = "";
  const page = url.href;
  return {
    successUrl: `${page}${page.includes("?") ? "&" : "?"}${parameter}${hash}`,
    cancelUrl,
  };
}

/** The addresses of a checkout; the service replaces `{ORDER_ID}`. */
export const returnAddress = (): ReturnAddress => returnWith(`${ORDER}={ORDER_ID}`);

/** Whether the saved card is the user's first card, or replaces an earlier card. */
export type SavedCard = "first" | "other";

/** The addresses to which Stripe sends the user back from the page that saves a card. */
export const cardReturnAddress = (card: SavedCard): ReturnAddress => returnWith(`${CARD}=${card}`);

function inAddress(name: string): string | null {
  if (!("document" in globalThis)) return null; // on a server
  return new URL(globalThis.location.href).searchParams.get(name);
}

/** Returns the id of the order from whose checkout the buyer has returned. */
export const orderInAddress = (): string | null => inAddress(ORDER);

/**
 * Returns whether the card that the user has saved just now is the first card or replaces another
 * one; null if the user has saved none.
 */
export function cardInAddress(): SavedCard | null {
  const card = inAddress(CARD);
  return card === "first" || card === "other" ? card : null;
}

/**
 * Returns the state of the history entry without `__NA`, the mark that Next.js adds to its own
 * entries. Routers need the rest of the state. If the state of a new address has this mark, Next.js
 * ignores the new address and, at its next refresh, restores the old one. Next.js adds the mark
 * again by itself.
 */
function stateForRouters(state: unknown): unknown {
  if (typeof state !== "object" || state === null || !("__NA" in state)) return state;
  const { __NA: _mark, ...others } = state;
  return others;
}

/** Removes the order and the card from the address, so that a reload does not follow them again. */
export function forgetReturn(): void {
  if (inAddress(ORDER) === null && inAddress(CARD) === null) return;
  const { history } = globalThis as unknown as { history: PageHistory };
  history.replaceState(stateForRouters(history.state), "", addressWithout().href);
}

/** The buyer's return from Stripe's page: the order's id is in the address. */

const NAME = "farthing_order";

/** The part of the browser's history that is used here. */
interface PageHistory {
  readonly state: unknown;
  replaceState(state: unknown, title: string, url: string): void;
}

function addressWithout(): URL {
  const url = new URL(globalThis.location.href);
  url.searchParams.delete(NAME);
  url.hash = "";
  return url;
}

/** The page's own address, to which Stripe returns; the service replaces `{ORDER_ID}`. */
export function returnAddress(): { successUrl: string; cancelUrl: string } {
  const cancelUrl = addressWithout().href;
  const successUrl = `${cancelUrl}${cancelUrl.includes("?") ? "&" : "?"}${NAME}={ORDER_ID}`;
  return { successUrl, cancelUrl };
}

/** Returns the id of the order that the buyer returned from; null on a server. */
export function orderInAddress(): string | null {
  if (!("document" in globalThis)) return null;
  return new URL(globalThis.location.href).searchParams.get(NAME);
}

/** Removes the order from the address, so that a reload does not announce it again. */
export function forgetOrderInAddress(): void {
  if (orderInAddress() === null) return;
  const { history } = globalThis as unknown as { history: PageHistory };
  history.replaceState(history.state, "", addressWithout().href);
}

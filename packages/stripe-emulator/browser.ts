/** What a buyer does on the hosted page. */
export interface Buyer {
  email?: string;
  name?: string;
  /** `MM/YY`; default: a date to come. */
  exp?: string;
  cvc?: string;
  /** Default `card`. `us_bank_account` is the delayed method. */
  method?: "card" | "us_bank_account";
  /** How a delayed payment is to end. */
  outcome?: "succeeds" | "fails";
  /** What happens on the bank's authentication page, when the card leads there. */
  authentication?: "complete" | "fail";
  fetch?: typeof fetch;
}

export interface CheckoutResult {
  /** `paid` also stands for a delayed payment that has begun: the browser sees no difference. */
  result: "paid" | "refused";
  /** Where the browser was sent after paying, the placeholder filled in. */
  location: string | null;
  /** What the page said when it refused. */
  message: string | null;
  status: number;
}

/**
 * Pays a checkout as a browser without scripts does: opens the page, sends its form, follows the
 * bank's authentication. Does not open the shop's own page at the end.
 * @param url the session's `url`
 * @param card a test card's number
 */
export async function payCheckout(
  url: string,
  card = "4242424242424242",
  buyer: Buyer = {},
): Promise<CheckoutResult> {
  const browse = buyer.fetch ?? fetch;
  const page = await browse(url);
  const html = await page.text();
  if (!page.ok) return refused(page.status, html);
  const known = /name="email"[^>]*value="([^"]*)"/.exec(html)?.[1];
  const fields = new URLSearchParams({
    form: /name="form" value="([^"]*)"/.exec(html)?.[1] ?? "",
    email: buyer.email ?? (known || "buyer@example.com"),
    name: buyer.name ?? "",
    method: buyer.method ?? "card",
    outcome: buyer.outcome ?? "succeeds",
    number: card,
    exp: buyer.exp ?? "12/40",
    cvc: buyer.cvc ?? "123",
  });
  let answer = await send(browse, url, fields);
  const next = answer.headers.get("location");
  if (next !== null && new URL(next, url).pathname.startsWith("/authenticate/")) {
    await answer.body?.cancel();
    const choice = new URLSearchParams({ result: buyer.authentication ?? "complete" });
    answer = await send(browse, new URL(next, url).href, choice);
  }
  const location = answer.headers.get("location");
  const text = await answer.text();
  if (location === null) return refused(answer.status, text);
  return { result: "paid", location, message: null, status: answer.status };
}

function send(browse: typeof fetch, url: string, fields: URLSearchParams): Promise<Response> {
  return browse(url, { method: "POST", body: fields, redirect: "manual" });
}

function refused(status: number, html: string): CheckoutResult {
  const alert = /role="alert"[^>]*>([^<]*)</.exec(html)?.[1];
  const title = /<h1>([^<]*)</.exec(html)?.[1];
  const message = (alert ?? title ?? "The page could not be read.").replaceAll("&#39;", "'");
  return { result: "refused", location: null, message, status };
}

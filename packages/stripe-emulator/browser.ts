/** Acts as buyers and providers do on the emulator's pages, like a browser without JavaScript. */

/** A buyer's input on the hosted page. */
export interface Buyer {
  email?: string;
  name?: string;
  /** The expiry as `MM/YY`. Default: a date in the future. */
  exp?: string;
  cvc?: string;
  /** The payment method; default `card`. With `us_bank_account`, the payment is delayed. */
  method?: "card" | "us_bank_account";
  /** How a delayed payment ends. Default `succeeds`. */
  outcome?: "succeeds" | "fails";
  /** The result on the bank's authentication page, if the card requires one. Default `complete`. */
  authentication?: "complete" | "fail";
  /**
   * Entries that change the amounts: `country` (its ISO code), `postal_code`, `line1`, `city`,
   * `business_name`, `tax_id`, `promotion_code`. They are sent before the payment, because a buyer
   * looks at the new total before paying.
   */
  details?: Record<string, string>;
  fetch?: typeof fetch;
}

export interface CheckoutResult {
  /**
   * The result is `paid` even if a delayed payment is still processing, because the browser sees no
   * difference.
   */
  result: "paid" | "refused";
  /**
   * The URL to which the browser was redirected after paying. It contains the session's id instead
   * of the placeholder `{CHECKOUT_SESSION_ID}`.
   */
  location: string | null;
  /** The error message on the page if the payment was refused. */
  message: string | null;
  status: number;
}

/**
 * Pays a checkout like a browser without JavaScript: opens the page, sends its form and answers the
 * bank's authentication page. Does not open the `success_url`.
 * @param url the session's `url`
 * @param card the card's number. Default: the first card in the page's list, with which the payment
 * succeeds.
 */
export async function payCheckout(
  url: string,
  card?: string,
  buyer: Buyer = {},
): Promise<CheckoutResult> {
  const browse = buyer.fetch ?? fetch;
  const { details = {} } = buyer;
  const page = Object.keys(details).length === 0
    ? await browse(url)
    : await submit(browse, url, { ...details, update: "true" });
  const html = await page.text();
  if (!page.ok) return refused(page.status, html);
  const known = /name="email"[^>]*value="([^"]*)"/.exec(html)?.[1];
  const fields: Record<string, string> = {
    ...details,
    total: /name="total" value="([^"]*)"/.exec(html)?.[1] ?? "0",
    form: /name="form" value="([^"]*)"/.exec(html)?.[1] ?? "",
    email: buyer.email ?? (known || "buyer@example.com"),
    name: buyer.name ?? "",
    method: buyer.method ?? "card",
    outcome: buyer.outcome ?? "succeeds",
    number: card ?? /name="number"[^>]*placeholder="([^"]*)"/.exec(html)?.[1] ?? "",
    exp: buyer.exp ?? "12/40",
    cvc: buyer.cvc ?? "123",
  };
  let answer = await submit(browse, url, fields);
  const next = answer.headers.get("location");
  if (next !== null && new URL(next, url).pathname.startsWith("/authenticate/")) {
    await answer.body?.cancel();
    const choice = { result: buyer.authentication ?? "complete" };
    answer = await submit(browse, new URL(next, url).href, choice);
  }
  const location = answer.headers.get("location");
  const text = await answer.text();
  if (location === null) return refused(answer.status, text);
  return { result: "paid", location, message: null, status: answer.status };
}

/**
 * Registers a provider like a browser without JavaScript: opens an account link and sends its form.
 * @param url the link's `url`, which can be opened only once
 * @param result `complete`: Stripe accepts the account; `review`: the form is submitted, and Stripe
 *   has not decided; `leave`: the provider does not finish the form
 * @returns the target of the redirect: the `return_url`, or the `refresh_url` if the link is used
 *   or expired
 */
export async function onboardProvider(
  url: string,
  result: "complete" | "review" | "leave" = "complete",
  browse: typeof fetch = fetch,
): Promise<{ location: string | null; status: number }> {
  const page = await browse(url, { redirect: "manual" });
  await page.body?.cancel();
  const answer = page.ok ? await submit(browse, url, { result }) : page;
  if (answer !== page) await answer.body?.cancel();
  return { location: answer.headers.get("location"), status: answer.status };
}

/** A buyer's input on the page of a payment intent. */
export interface IntentBuyer {
  /** The expiry as `MM/YY`. Default: a date in the future. */
  exp?: string;
  /** The id of a saved payment method, which is used instead of a card number. */
  saved?: string;
  /** The payment method; default `card`. A payment by `us_bank_account` is delayed. */
  method?: "card" | "us_bank_account";
  /** How a delayed payment ends. Default `succeeds`. */
  outcome?: "succeeds" | "fails";
  /** The result on the bank's authentication page, if the card requires one. Default `complete`. */
  authentication?: "complete" | "fail";
  return_url?: string;
}

/**
 * Pays an intent with the intent's client secret, as Stripe.js does in the buyer's browser: with a
 * card, a saved payment method or a bank debit.
 * @param url the emulator's address
 * @returns the HTTP status of the last page, which is 402 if the bank or the page refused the
 *   payment; `location` is the `return_url`, if there is one, with Stripe's parameters
 */
export async function payIntent(
  url: string,
  clientSecret: string,
  card = "4242424242424242",
  { authentication = "complete", return_url, ...buyer }: IntentBuyer = {},
): Promise<{ status: number; location: string | null; html: string }> {
  const page = new URL(`/_emulator/pay/${clientSecret.split("_secret_")[0]}`, url);
  page.searchParams.set("client_secret", clientSecret);
  if (return_url) page.searchParams.set("return_url", return_url);
  const fields = { number: card, exp: "12/40", cvc: "123", method: "card", ...buyer };
  let answer = await submit(fetch, page.href, fields);
  const next = answer.headers.get("location");
  if (next !== null && new URL(next, url).pathname.startsWith("/authenticate/")) {
    await answer.body?.cancel();
    answer = await submit(fetch, new URL(next, url).href, { result: authentication });
  }
  const location = answer.headers.get("location");
  return { status: answer.status, location, html: await answer.text() };
}

function submit(
  browse: typeof fetch,
  url: string,
  fields: Record<string, string>,
): Promise<Response> {
  return browse(url, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
}

function refused(status: number, html: string): CheckoutResult {
  const alert = /role="alert"[^>]*>([^<]*)</.exec(html)?.[1];
  const title = /<h1>([^<]*)</.exec(html)?.[1];
  const message = (alert ?? title ?? "The page shows no message.").replaceAll("&#39;", "'");
  return { result: "refused", location: null, message, status };
}

/** What people do on the emulator's pages, as a browser without scripts does it. */

/**
 * Registers a provider as a browser without scripts does: opens an account link, sends its form.
 * @param url the link's `url`; it opens once
 * @param result `review`: submitted, but Stripe has not decided yet; `leave`: unfinished
 * @returns where the browser was sent: the `return_url`, or the `refresh_url` of a link that is over
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

/** What a buyer does on the page of a payment intent. */
export interface IntentBuyer {
  /** `MM/YY`; default: a date to come. */
  exp?: string;
  /** A payment method saved before, in place of a card. */
  saved?: string;
  /** Default `card`. `us_bank_account` is the delayed method. */
  method?: "card" | "us_bank_account";
  /** How a delayed payment is to end. */
  outcome?: "succeeds" | "fails";
  /** What happens on the bank's authentication page, when the card leads there. */
  authentication?: "complete" | "fail";
  return_url?: string;
}

/**
 * Pays an intent as Stripe.js does in the buyer's browser, with a card and its client secret.
 * @param url where the emulator is
 * @returns the status of the last page: 402 when the bank or the page refused; `location` is the
 *   `return_url` with Stripe's parameters, where one was given
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

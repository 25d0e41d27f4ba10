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

function submit(
  browse: typeof fetch,
  url: string,
  fields: Record<string, string>,
): Promise<Response> {
  return browse(url, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });
}

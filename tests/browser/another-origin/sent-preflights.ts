/**
 * Watches the preflights that Chromium sends for a page. Can remove a header from the responses.
 */
import type { Page } from "playwright-core";

/** The first path segment of the request's URL, which names the service. */
export type Part = "auth" | "rest" | "functions";

/** A header that a preflight asked to send. */
export interface AskedHeader {
  readonly part: Part;
  readonly header: string;
}

const partOf = (url: string) => new URL(url).pathname.split("/")[1] as Part;

const namesIn = (list: string | undefined) =>
  (list ?? "").toLowerCase().split(",").map((name) => name.trim()).filter((name) => name !== "");

function headerOf(headers: Record<string, string>, name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
}

/** Calls `see` with each header that a preflight of the page asks to send. */
export async function watchPreflights(
  page: Page,
  see: (asked: AskedHeader) => void,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on("Network.requestWillBeSent", ({ request, initiator }) => {
    if (initiator.type !== "preflight") return;
    const headers = headerOf(request.headers, "access-control-request-headers");
    for (const header of namesIn(headers)) see({ part: partOf(request.url), header });
  });
  await session.send("Network.enable");
}

/** Removes one allowed header from this service's responses, until the page is closed. */
export async function withhold(page: Page, { part, header }: AskedHeader): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on("Fetch.requestPaused", async ({ requestId, request, responseHeaders = [] }) => {
    if (request.method !== "OPTIONS") {
      await session.send("Fetch.continueRequest", { requestId });
      return;
    }
    const changed = responseHeaders.map(({ name, value }) => {
      const isList = name.toLowerCase() === "access-control-allow-headers";
      const left = namesIn(value).filter((each) => each !== header).join(",");
      return { name, value: isList ? left : value };
    });
    const answer = { requestId, responseCode: 204, responseHeaders: changed };
    await session.send("Fetch.fulfillRequest", answer);
  });
  const patterns = [{ urlPattern: `*/${part}/v1/*`, requestStage: "Response" as const }];
  await session.send("Fetch.enable", { patterns });
}

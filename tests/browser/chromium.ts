/** Runs tests headless in the Chromium that is installed on the machine. */
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "../../scripts/test-tools/find-chromium.ts";

/**
 * The first three features are disabled because they would give each window two more renderers, for
 * parts of the address bar. A headless browser never shows the address bar. The other features are
 * those that Playwright disables. They are repeated here, because Chromium reads only the last list
 * of disabled features.
 */
const DISABLED_FEATURES = [
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"],
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"],
  ...["HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"],
  ...["ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"],
  ...["NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"],
];

/** Chromium must connect only to this machine, and must not look for updates. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--disable-features=${DISABLED_FEATURES.join(",")}`,
];

/** The timeout of an action or a wait in a page, and of the start of the browser. */
const TIMEOUT_MS = 60_000;

/** Starts a browser for all tests of a file. The caller must close the browser. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("there is no Chromium on this machine");
  return await chromium.launch({ executablePath, args: FLAGS, timeout: TIMEOUT_MS });
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Runs `use` with a new window.
 * @throws if the page has an uncaught error, or requests anything from a different machine
 */
export async function withPage(
  browser: Browser,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (/^https?:$/.test(protocol) && !LOOPBACK.includes(hostname)) faults.push(request.url());
  });
  try {
    await use(page);
  } finally {
    await page.close();
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
}

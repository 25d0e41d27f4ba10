/**
 * Checks that pages of the app and of the console may call the functions, and that other pages may
 * not.
 */
import type { GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { failed, found, skipped } from "../core/step.ts";
import { directFetch } from "../shared/direct-fetch.ts";

const STRANGER = "https://golive-stranger.example.com";

/**
 * Sends the CORS preflight request of a browser. Returns the origin that the response allows, or
 * null.
 */
async function allowedFor({ url }: Project, origin: string): Promise<string | null> {
  const response = await directFetch(`${url}/functions/v1/credits`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "GET" },
    signal: AbortSignal.timeout(15_000),
  });
  await response.body?.cancel();
  return response.headers.get("access-control-allow-origin");
}

const isExact = (origin: string) => /^https?:\/\//.test(origin) && !origin.includes("*");

export const origins: GoLiveStep = {
  code: "preflight.origins",
  title: "May the app's pages, and no other pages, call the functions?",
  source: "project",
  async run({ project }) {
    const { APP_ORIGINS = "", CONSOLE_URL } = project.settings.values;
    const named = APP_ORIGINS.split(",").map((each) => each.trim()).filter(isExact);
    const console_ = CONSOLE_URL ? [new URL(CONSOLE_URL).origin] : [];
    const asked = [...new Set([...named, ...console_])];
    if (asked.length === 0) return skipped("the settings name no APP_ORIGINS and no CONSOLE_URL");
    const answers = await Promise.all(asked.map(async (origin) => ({
      origin,
      isAllowed: [origin, "*"].includes(await allowedFor(project, origin) ?? ""),
    })));
    const stranger = await allowedFor(project, STRANGER);
    const evidence = [
      ...answers.map(({ origin, isAllowed }) => `${origin}: ${isAllowed ? "allowed" : "refused"}`),
      `another page: ${stranger === null ? "refused" : `allowed (${stranger})`}`,
    ];
    return answers.every(({ isAllowed }) => isAllowed) && stranger === null
      ? found(evidence)
      : failed(
        evidence,
        "Set APP_ORIGINS to exactly the origins of your pages, and deploy the secrets again.",
      );
  },
};

export const consolePage: GoLiveStep = {
  code: "preflight.console",
  title: "Does the console answer?",
  source: "project",
  async run({ project }) {
    const { CONSOLE_URL } = project.settings.values;
    if (!CONSOLE_URL) return skipped("CONSOLE_URL is not set in the settings");
    const response = await fetch(CONSOLE_URL, { signal: AbortSignal.timeout(15_000) })
      .catch((error: Error) => error);
    const publish = "Build and publish the console: apps/console/README.md.";
    if (response instanceof Error) return failed(`${CONSOLE_URL} can't be reached`, publish);
    const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
    await response.body?.cancel();
    const evidence = `${CONSOLE_URL} answers ${response.status}`;
    return response.ok && isPage ? found(evidence) : failed(evidence, publish);
  },
};

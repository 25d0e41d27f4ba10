/** Tests that the deployed functions answer. The test buys nothing and moves no credits. */
import { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { type Check, look } from "./check.ts";

/**
 * How long a new version may take to answer. The first request loads the version, which takes
 * seconds.
 */
const START_TIMEOUT_MS = 30_000;
const REQUEST_MS = 15_000;

const envelope = z.object({ error: z.object({ code: z.string() }) });
const ready = z.object({
  data: z.object({ status: z.string(), checks: z.record(z.string(), z.string()) }),
});

async function ask(url: string): Promise<Response> {
  return await fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) });
}

async function isLive(base: string): Promise<Omit<Check, "name">> {
  let said = "no answer";
  const status = await waitFor(
    async () => {
      const response = await ask(`${base}/health/live`).catch((error) => {
        said = error instanceof Error ? error.message : String(error);
        throw error;
      });
      await response.body?.cancel();
      said = `HTTP ${response.status}`;
      return response.status === 200 ? response.status : undefined;
    },
    START_TIMEOUT_MS,
    500,
  );
  if (status === 200) return { state: "ok", detail: "health/live answers 200" };
  const more = ["The function's log in the dashboard says why it does not start."];
  return { state: "failed", detail: `health/live: ${said}`, more };
}

async function isReady(base: string): Promise<Omit<Check, "name">> {
  const response = await ask(`${base}/health/ready`);
  const parsed = ready.safeParse(await response.json());
  if (!parsed.success) return { state: "failed", detail: `health/ready: HTTP ${response.status}` };
  const { status, checks } = parsed.data.data;
  const parts = Object.entries(checks).map(([name, state]) => `${name} ${state}`).join(", ");
  return { state: status === "ok" ? "ok" : "warning", detail: `${status}: ${parts}` };
}

/**
 * Returns what is wrong with a function, or "" if it answers. The function's own answers have a
 * request id; the platform's answers do not.
 */
async function troubleOf(base: string, name: string): Promise<string> {
  const response = await ask(`${base}/${name}`);
  const body = await response.json().catch(() => undefined);
  if (!response.headers.has("x-request-id")) {
    return `${name}: not started (HTTP ${response.status})`;
  }
  const code = envelope.safeParse(body).data?.error.code;
  return code === "not_ready" ? `${name}: not_ready` : "";
}

async function allStarted(base: string, names: readonly string[]): Promise<Omit<Check, "name">> {
  const troubles: string[] = [];
  for (const name of names) troubles.push(await troubleOf(base, name));
  const found = troubles.filter((trouble) => trouble !== "");
  if (found.length === 0) return { state: "ok", detail: `all ${names.length} start` };
  const hasFailed = found.some((trouble) => trouble.includes("not started"));
  const more = ["If a function is not_ready, its log says what is missing."];
  return { state: hasFailed ? "failed" : "warning", detail: found.join("; "), more };
}

/** @param url the address of the project */
export async function smoke(url: string, names: readonly string[]): Promise<Check[]> {
  const base = `${url}/functions/v1`;
  const live = await look("live", "waiting for the first answer", () => isLive(base));
  if (live.state === "failed") return [live];
  return [
    live,
    await look("ready", "checking dependencies", () => isReady(base)),
    await look("functions", "calling each function once", () => allStarted(base, names)),
  ];
}

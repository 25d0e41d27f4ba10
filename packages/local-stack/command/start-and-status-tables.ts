/**
 * Formats what `start` prints once the stack is ready, and what `status` prints: the addresses,
 * keys and health of the stack.
 */
import { formatTable } from "@farthing/command-line";
import pc from "picocolors";
import type { Keys } from "../core/keys.ts";
import type { Urls } from "../core/ports.ts";
import type { ResolvedOptions } from "../stack/options.ts";
import type { Health } from "../stack/plugin.ts";

const COLUMNS = [{ title: "" }, { title: "" }, { title: "" }];

const LIVE_TITLE = " Live mode of the Stripe emulator: no money moves. ";
const LIVE_TEXT = `
Nothing is sent to Stripe. The key is sk_live_…, and events have livemode: true. Test cards are
declined; the card 9999 0000 0000 0004 pays. Never enter a real card.`;

function mark({ ok }: Health): string {
  return ok ? pc.green("✓") : pc.red("✗");
}

function healthRows(health: Record<string, Health>): string[][] {
  return Object.entries(health).map(([name, state]) => [mark(state), name, pc.dim(state.detail)]);
}

function addressRows(urls: Urls): string[][] {
  return [
    ["API", pc.cyan(urls.api), pc.dim("REST, Auth and functions")],
    ["API docs", pc.cyan(`${urls.api}/docs`), ""],
    ["Database", pc.cyan(urls.database), ""],
    ["Console", pc.cyan(urls.console), ""],
    ["Mail inbox", pc.cyan(urls.mail), ""],
    ["Stripe emulator", pc.cyan(urls.stripe), ""],
    ["Language models", pc.cyan(`${urls.ai}/v1`), pc.dim("OpenAI's chat completions")],
    ...(urls.redis ? [["Redis", pc.cyan(urls.redis), pc.dim("Upstash's REST API")]] : []),
  ];
}

/** The data that both `start` and `status` print. */
interface Shown {
  urls: Urls;
  keys: Keys;
  options: ResolvedOptions;
  health: Record<string, Health>;
}

function tables({ urls, keys, options, health }: Shown, more: string[][] = []): string {
  const rows = [
    ...addressRows(urls),
    ["Publishable key", keys.publishableKey, ""],
    ["Secret key", keys.secretKey, ""],
    ["Stripe key", keys.stripeSecretKey, ""],
    ["Webhook secret", keys.stripeWebhookSecret, ""],
    ["Notification secret", keys.notificationSecret, ""],
    ["Models' key", keys.aiKey, ""],
    ...(urls.redis ? [["Redis token", keys.redisToken, ""]] : []),
    ["Env file", options.envFile, ""],
    ["Data", options.dataDir, pc.dim("kept until deno task reset")],
    ["Functions' log", options.logFile, ""],
    ...more,
  ];
  const notice = options.live ? `${pc.black(pc.bgYellow(LIVE_TITLE))} ${LIVE_TEXT}\n\n` : "";
  const bold = rows.map(([name = "", ...rest]) => [pc.bold(name), ...rest]);
  return `${notice}${formatTable(COLUMNS, bold)}\n\n${formatTable(COLUMNS, healthRows(health))}`;
}

/**
 * Returns the text that is printed when the stack has started; `tookMs` is how long the start took.
 */
export function runningTable(shown: Shown, tookMs: number): string {
  const ready = `${pc.green("Ready")} after ${(tookMs / 1000).toFixed(1)} s. Ctrl-C ends it.`;
  return `\n${tables(shown)}\n\n${ready}`;
}

/** Returns the text of `status`; `ok` is false when a part is down. */
export function statusTable(shown: Shown, pid: number): { text: string; ok: boolean } {
  const ok = Object.values(shown.health).every(({ ok }) => ok);
  return { text: tables(shown, [["Pid", `${pid}`, ""]]), ok };
}

/** What people see of a stack: where everything is, with which keys. */
import pc from "picocolors";
import { formatTable } from "../terminal/table.ts";
import type { Urls } from "./context.ts";
import type { Stack } from "./mod.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Health } from "./plugin.ts";

const COLUMNS = [{ title: "" }, { title: "" }, { title: "" }];

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
    ["Mail inbox", pc.cyan(urls.mail), ""],
    ["Stripe emulator", pc.cyan(urls.stripe), ""],
  ];
}

/** The text that ends a start; `tookMs` is how long it took. */
export async function runningTable(
  stack: Stack,
  options: ResolvedOptions,
  tookMs: number,
): Promise<string> {
  const keys = [
    ["Publishable key", stack.env.SUPABASE_PUBLISHABLE_KEY ?? "", ""],
    ["Secret key", stack.env.SUPABASE_SECRET_KEY ?? "", ""],
    ["Stripe key", stack.env.STRIPE_SECRET_KEY ?? "", ""],
    ["Webhook secret", stack.env.STRIPE_WEBHOOK_SECRET ?? "", ""],
  ];
  const files = [
    ["Env file", options.envFile, ""],
    ["Data", options.dataDir, pc.dim("kept until deno task reset")],
  ];
  const rows = [...addressRows(stack.urls), ...keys, ...files];
  return [
    "",
    formatTable(COLUMNS, rows.map(([name = "", ...rest]) => [pc.bold(name), ...rest])),
    "",
    formatTable(COLUMNS, healthRows(await stack.health())),
    "",
    `${pc.green("Ready")} after ${(tookMs / 1000).toFixed(1)} s. Ctrl-C ends it.`,
  ].join("\n");
}

/** The table of `status`; `ok` is false when a part is down. */
export function statusTable(
  status: { pid: number; urls: Urls; health: Record<string, Health> },
  envFile: string,
): { text: string; ok: boolean } {
  const rows = [...addressRows(status.urls), ["Env file", envFile, ""], [
    "Pid",
    `${status.pid}`,
    "",
  ]];
  const tables = [formatTable(COLUMNS, rows), "", formatTable(COLUMNS, healthRows(status.health))];
  return { text: tables.join("\n"), ok: Object.values(status.health).every(({ ok }) => ok) };
}

/** Describes the machine and the settings of the run, without the machine's name. */
import { totalmem } from "node:os";
import type { BenchServer } from "../database/bench-server.ts";

/** The settings that affect the figures. They are shown even if they have their default values. */
const SETTINGS = [
  "fsync",
  "synchronous_commit",
  "full_page_writes",
  "wal_sync_method",
  "shared_buffers",
  "max_wal_size",
  "checkpoint_timeout",
  "max_connections",
];

export interface Machine {
  lines: string[];
}

function processor(): string {
  const [model] = /model name\s*:\s*(.+)/.exec(readText("/proc/cpuinfo"))?.slice(1) ?? [];
  return `${navigator.hardwareConcurrency} cores${model ? ` (${model.trim()})` : ""}`;
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

export async function describeMachine(server: BenchServer): Promise<Machine> {
  const [row] = await server.query<{ version: string; flags: string | null; settings: string }>(
    "postgres",
    // If there are several -O options, the compiler uses the last one. This option affects the
    // ratios, because some builds are optimized for size and others for speed.
    `select current_setting('server_version') as version,
       (select (regexp_match(setting, '.*(-O\\w)'))[1] from pg_config where name = 'CFLAGS') as flags,
       string_agg(name || ' ' ||
       current_setting(name), ', ' order by name) as settings
     from pg_settings where name in (${SETTINGS.map((name) => `'${name}'`).join()})`,
  );
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return {
    lines: [
      `Machine: ${processor()}, ${gibibytes} GiB, ${Deno.build.os} ${Deno.build.arch}; ` +
      `server and clients share it.`,
      `Versions: PostgreSQL ${row!.version.split(" ")[0]} (${server.flavour}, built with ${
        row!.flags ?? "unknown optimisation"
      }), Deno ${Deno.version.deno}.`,
      `Settings in force: ${row!.settings}.`,
    ],
  };
}

import { equal, rejects } from "node:assert/strict";
import { SettingsError } from "../../settings/settings.ts";
import { readProject } from "./project.ts";

/** Reads a project from a file with these addresses and a live key. */
async function readLive(url: string, apiUrl: string) {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(
    file,
    [
      `SUPABASE_URL=${url}`,
      "SUPABASE_PUBLISHABLE_KEY=sb_publishable_x",
      "SUPABASE_SECRET_KEY=sb_secret_x",
      "STRIPE_SECRET_KEY=sk_live_x",
      `STRIPE_API_URL=${apiUrl}`,
    ].join("\n"),
  );
  try {
    return readProject(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a live key is sent to an emulator only if the whole project is on this machine", async () => {
  const local = await readLive("http://127.0.0.1:54321", "http://127.0.0.1:54326");
  equal(local.mode, "live");
  for (
    const [url, apiUrl] of [
      ["http://127.0.0.1:54321", "http://localhost@evil.com"],
      ["http://127.0.0.1:54321", "https://stripe.evil.com"],
      ["https://abcdefghijklmnopqrst.supabase.co", "http://127.0.0.1:54326"],
    ] as const
  ) {
    await rejects(() => readLive(url, apiUrl), SettingsError);
  }
});

import assert from "node:assert/strict";
import { SettingsError } from "./project-settings.ts";
import { stripeApiUrl } from "./stripe-api-url.ts";

const LOCAL = "http://127.0.0.1:54321";
const EMULATOR = "http://127.0.0.1:54326";

function read(apiUrl: string, mode: "test" | "live", projectUrls = [LOCAL]): string | undefined {
  return stripeApiUrl({ values: { STRIPE_API_URL: apiUrl }, source: "a file" }, mode, projectUrls);
}

Deno.test("without STRIPE_API_URL, the project uses Stripe itself", () => {
  assert.equal(read("", "live", ["https://a.supabase.co"]), undefined);
});

Deno.test("STRIPE_API_URL must be an HTTP URL, in both modes", () => {
  for (const wrong of ["emulator", "localhost:54326", "ftp://127.0.0.1:54326", "http://"]) {
    for (const mode of ["test", "live"] as const) {
      assert.throws(() => read(wrong, mode), SettingsError, wrong);
    }
  }
  assert.equal(
    read("https://emulator.example", "test", ["https://a.supabase.co"]),
    "https://emulator.example",
  );
});

Deno.test("a live key may be sent only to an emulator of a project on this machine", () => {
  assert.equal(read(EMULATOR, "live"), EMULATOR);
  const refused = /only if the emulator and the project are both on this machine/;
  assert.throws(() => read("https://emulator.example", "live"), refused);
  assert.throws(() => read(EMULATOR, "live", [LOCAL, "https://a.supabase.co"]), refused);
  assert.throws(() => read("http://localhost@emulator.example", "live"), refused);
});

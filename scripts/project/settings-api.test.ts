import assert from "node:assert/strict";
import { connectSettings, SettingsApiError } from "./settings-api.ts";

/**
 * Reads the packages from a server that always sends the same answer. Returns the API's result, and
 * the path and key of the request.
 */
async function ask(body: string, status: number) {
  const seen: { path: string; apikey: string | null }[] = [];
  const server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    const { pathname: path } = new URL(request.url);
    seen.push({ path, apikey: request.headers.get("apikey") });
    return new Response(body, { status });
  });
  const api = connectSettings(`http://127.0.0.1:${server.addr.port}/`, "sb_secret_x");
  const outcome = await api.readPackages().catch((error: unknown) => error);
  await server.shutdown();
  return { outcome, request: seen[0] };
}

Deno.test("the settings are read with the secret key as apikey", async () => {
  const data = { version: "7", packages: [], scheduled: [], history: [] };
  const { outcome, request } = await ask(JSON.stringify({ success: true, data }), 200);
  assert.deepEqual(outcome, data);
  assert.deepEqual(request, {
    path: "/functions/v1/settings/packages",
    apikey: "sb_secret_x",
  });
});

Deno.test("a refusal is shown with its code and field", async () => {
  const error = { code: "invalid_request", message: "reason is missing.", field: "reason" };
  const { outcome } = await ask(JSON.stringify({ error }), 400);
  assert.ok(outcome instanceof SettingsApiError);
  assert.match(outcome.message, /reason is missing\. invalid_request \(reason\)/);
});

Deno.test("an answer that is not ours says that the function is missing", async () => {
  const { outcome } = await ask("<html>", 404);
  assert.ok(outcome instanceof SettingsApiError);
  assert.match(outcome.message, /answered 404: deploy the edge function `settings` first/);
});

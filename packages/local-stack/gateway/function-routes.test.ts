import assert from "node:assert/strict";
import { functionRoutes } from "./function-routes.ts";
import { functionsOnDemand, loadFunctions } from "./load-functions.ts";

async function withFunctions(
  files: Record<string, string>,
  use: (app: ReturnType<typeof functionRoutes>, log: string[]) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const log: string[] = [];
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${directory}/${name}`);
      await Deno.writeTextFile(`${directory}/${name}/app.ts`, text);
    }
    await use(functionRoutes(await loadFunctions(directory, (line) => log.push(line))), log);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const echo = `export const app = { fetch: async (r) =>
  Response.json({ path: new URL(r.url).pathname, body: await r.text() }) };`;

Deno.test("the gateway passes the body, and the path without its prefix, to the function", async () => {
  await withFunctions({ echo }, async (app) => {
    const response = await app.request("/functions/v1/echo/a?b=1", { method: "POST", body: "x" });
    assert.deepEqual(await response.json(), { path: "/echo/a", body: "x" });
    assert.equal((await app.request("/functions/v1/echo")).status, 200);
  });
});

Deno.test("the gateway answers 404 for a missing function as Supabase does", async () => {
  await withFunctions({ echo, _shared: echo }, async (app) => {
    for (const name of ["nope", "_shared", "..%2f"]) {
      const response = await app.request(`/functions/v1/${name}`);
      assert.equal(response.status, 404, name);
      assert.equal((await response.json()).code, "NOT_FOUND");
    }
  });
});

Deno.test("the gateway answers 503 for a function that fails to load, and serves the others", async () => {
  await withFunctions({ broken: "throw new Error('no key')", echo }, async (app, log) => {
    const response = await app.request("/functions/v1/broken");
    assert.equal(response.status, 503);
    assert.equal((await response.json()).code, "BOOT_ERROR");
    assert.equal((await app.request("/functions/v1/echo")).status, 200);
    assert.match(log.join(), /broken failed to load.*no key/);
  });
});

Deno.test("the gateway's own refusals have CORS headers", async () => {
  await withFunctions({ broken: "throw new Error('no key')", echo }, async (app) => {
    const ask = (name: string, method: string) =>
      app.request(`/functions/v1/${name}`, {
        method,
        headers: { origin: "http://localhost:5173" },
      });
    const allowed = ({ headers }: Response) => headers.get("access-control-allow-origin");
    for (const name of ["nope", "broken"]) {
      assert.equal((await ask(name, "OPTIONS")).status, 204);
      assert.equal(allowed(await ask(name, "OPTIONS")), "*");
      assert.equal(allowed(await ask(name, "GET")), "*");
    }
    assert.equal(allowed(await ask("echo", "POST")), null);
  });
});

const tellIp = `export const app = { fetch: (r) =>
  Response.json(r.headers.get("cf-connecting-ip")) };`;

Deno.test("the gateway replaces the IP address that a caller claims by the real one", async () => {
  await withFunctions({ "tell-ip": tellIp }, async (app) => {
    const ask = async (hostname: string | undefined, headers: Record<string, string> = {}) => {
      const request = new Request("http://x/functions/v1/tell-ip", { headers });
      const peer = hostname === undefined ? undefined : { remoteAddr: { hostname } };
      return await (await app.fetch(request, peer)).json();
    };
    const forged = { "cf-connecting-ip": "198.51.100.1", "x-forwarded-for": "198.51.100.1" };
    assert.equal(await ask("203.0.113.7"), "203.0.113.7");
    assert.equal(await ask("203.0.113.7", forged), "203.0.113.7");
    assert.equal(await ask("127.0.0.1", forged), null);
    assert.equal(await ask(undefined, forged), null);
  });
});

Deno.test("functionsOnDemand loads a function once, at its first request", async () => {
  const directory = await Deno.makeTempDir();
  const loads = "farthing-test-loads";
  const counted = `globalThis["${loads}"] = (globalThis["${loads}"] ?? 0) + 1;\n${echo}`;
  const count = () => (globalThis as Record<string, unknown>)[loads];
  try {
    await Deno.mkdir(`${directory}/echo`);
    await Deno.writeTextFile(`${directory}/echo/app.ts`, counted);
    const app = functionRoutes(await functionsOnDemand(directory));
    assert.equal(count(), undefined);
    const requests = [1, 2, 3].map(() => app.request("/functions/v1/echo"));
    for (const { status } of await Promise.all(requests)) assert.equal(status, 200);
    assert.equal(count(), 1);
    assert.equal((await app.request("/functions/v1/nope")).status, 404);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

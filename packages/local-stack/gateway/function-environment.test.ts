import assert from "node:assert/strict";
import { portsAt } from "../core/ports.ts";
import { appOrigins } from "./function-environment.ts";

const ports = portsAt(0);
const urls = {
  api: `http://127.0.0.1:${ports.api}`,
  console: `http://127.0.0.1:${ports.console}`,
} as Parameters<typeof appOrigins>[0]["urls"];

const origins = ["https://app.example.com"];

Deno.test("apps may have any local port in test mode, and the gateway's origin comes first", () => {
  const allowed = appOrigins({ urls, options: { origins, environment: {}, live: false } });
  assert.deepEqual(allowed.slice(0, 3), [
    "http://127.0.0.1:54321",
    "https://app.example.com",
    "http://localhost:*",
  ]);
});

Deno.test("in live mode the gateway, the console and named origins are allowed, and no other port", () => {
  assert.deepEqual(appOrigins({ urls, options: { origins, environment: {}, live: true } }), [
    "http://127.0.0.1:54321",
    "https://app.example.com",
    "http://localhost:54321",
    "http://[::1]:54321",
    "http://127.0.0.1:54323",
    "http://localhost:54323",
    "http://[::1]:54323",
  ]);
});

/** The key set that verifies tokens, and the switches with which tests make it unreachable. */
import { Hono } from "hono";
import type { JWK } from "jose";

export interface KeySetRoutes {
  app: Hono;
  switches: Record<string, () => void>;
}

export function keySetRoutes(publicJwk: JWK): KeySetRoutes {
  const app = new Hono();
  let state: "ok" | "stopped" | "hanging" = "ok";
  const hanging = new Set<() => void>();

  app.get("/auth/v1/.well-known/jwks.json", async (c) => {
    if (state === "hanging") {
      await new Promise<void>((done) => hanging.add(done));
    }
    if (state !== "ok") return c.json({ message: "the key set is unavailable" }, 503);
    c.header("Cache-Control", "public, max-age=600");
    return c.json({ keys: [publicJwk] });
  });

  const turn = (to: typeof state) => () => {
    state = to;
    for (const done of hanging) done();
    hanging.clear();
  };
  return {
    app,
    switches: {
      "jwks/stop": turn("stopped"),
      "jwks/hang": turn("hanging"),
      "jwks/start": turn("ok"),
    },
  };
}

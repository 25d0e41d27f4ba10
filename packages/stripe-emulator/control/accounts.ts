import { Hono } from "hono";
import { bringTo, type Standing } from "../connect/accounts.ts";
import type { Engine } from "../engine/engine.ts";
import { accounts } from "../resources/accounts.ts";

const STANDINGS: Record<string, Standing> = {
  enable: "enabled",
  restrict: "restricted",
  disable: "disabled",
};

/** Requests under `/_emulator` that change a connected account's state, as Stripe itself does. */
export function accountControls(engine: Engine): Hono {
  const app = new Hono();
  for (const [action, standing] of Object.entries(STANDINGS)) {
    app.post(`/accounts/:id/${action}`, (c) => {
      const scope = engine.scope();
      const account = bringTo(scope, accounts.get(scope, c.req.param("id")), standing);
      engine.store.flush();
      return c.json(account);
    });
  }
  return app;
}

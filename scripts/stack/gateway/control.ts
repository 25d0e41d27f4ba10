/**
 * /stack: what `deno task status` reads, and for tests the means to take the database away.
 * `POST /stack/database/crash` kills it (`kill -9`) and leaves it down until
 * `POST /stack/database/start`; both want the secret key in `apikey`.
 */
import { Hono } from "hono";
import type { Keys } from "../keys.ts";
import { roleOfKey } from "./callers.ts";

export interface Control {
  status: () => Promise<unknown>;
  crashDatabase: () => Promise<void>;
  startDatabase: () => Promise<void>;
}

export function controlDoor(control: Control, keys: Keys): Hono {
  const door = new Hono();
  door.get("/stack/status", async (c) => c.json(await control.status()));
  door.use("/stack/database/*", async (c, next) => {
    const role = roleOfKey(c.req.header("apikey") ?? "", keys);
    if (role !== "service_role") return c.json({ message: "needs the secret key" }, 401);
    await next();
  });
  door.post("/stack/database/crash", async (c) => {
    await control.crashDatabase();
    return c.body(null, 204);
  });
  door.post("/stack/database/start", async (c) => {
    await control.startDatabase();
    return c.body(null, 204);
  });
  return door;
}

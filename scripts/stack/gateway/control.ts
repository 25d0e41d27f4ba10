/**
 * /stack: what `deno task status` reads, and for tests the means to take parts away.
 * `POST /stack/database/crash` kills the database (`kill -9`) and leaves it down until
 * `POST /stack/database/start`; `POST /stack/mail/stop` and `/start` do as much with the mail inbox. All
 * want the secret key in `apikey`.
 */
import { Hono } from "hono";
import type { Keys } from "../keys.ts";
import { roleOfKey } from "./callers.ts";

export interface Control {
  status: () => Promise<unknown>;
  crashDatabase: () => Promise<void>;
  startDatabase: () => Promise<void>;
  stopMail: () => Promise<void>;
  startMail: () => Promise<void>;
}

export function controlDoor(control: Control, keys: Keys): Hono {
  const door = new Hono();
  door.get("/stack/status", async (c) => c.json(await control.status()));
  const switches = {
    "database/crash": control.crashDatabase,
    "database/start": control.startDatabase,
    "mail/stop": control.stopMail,
    "mail/start": control.startMail,
  };
  for (const [path, turn] of Object.entries(switches)) {
    door.post(`/stack/${path}`, async (c) => {
      const role = roleOfKey(c.req.header("apikey") ?? "", keys);
      if (role !== "service_role") return c.json({ message: "needs the secret key" }, 401);
      await turn();
      return c.body(null, 204);
    });
  }
  return door;
}

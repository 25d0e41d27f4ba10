/**
 * /stack: the status for `deno task status`, and switches with which tests stop parts or make them
 * fail. A test sends `POST /stack/<part>/<switch>` with the secret key in `apikey`, and a JSON body
 * if the switch needs one. README.md lists the switches.
 */
import { Hono } from "hono";
import { z } from "zod";
import type { Keys } from "../core/keys.ts";
import { StackError } from "../core/stack-error.ts";
import type { Status } from "../stack/plugin.ts";
import { roleOfKey } from "./callers.ts";

export interface Control {
  status: () => Promise<Status>;
  /**
   * The switches. Each key is the end of the switch's path, such as `database/crash`. A switch gets
   * the request's body, and throws a ZodError if the body is malformed.
   */
  switches: Record<string, (body?: unknown) => Promise<void> | void>;
}

/** Reads a JSON body. An empty body counts as `{}`. A body that is not JSON is malformed. */
function parse(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return null;
  }
}

export function controlRoutes({ status, switches }: Control, keys: Keys): Hono {
  const app = new Hono();
  app.get("/stack/status", async (c) => c.json(await status()));
  for (const [path, turn] of Object.entries(switches)) {
    app.post(`/stack/${path}`, async (c) => {
      const role = roleOfKey(c.req.header("apikey") ?? "", keys);
      if (role !== "service_role") {
        return c.json({ message: "Send the secret key in the header `apikey`." }, 401);
      }
      try {
        await turn(parse(await c.req.text()));
      } catch (error) {
        if (error instanceof z.ZodError) return c.json({ message: z.prettifyError(error) }, 422);
        if (error instanceof StackError) return c.json({ message: error.message }, 409);
        throw error;
      }
      return c.body(null, 204);
    });
  }
  return app;
}

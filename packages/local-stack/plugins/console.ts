/** The console on the port of Supabase's Studio. */
import { staticConsole } from "../console/static-console.ts";
import { listen, type Listener } from "../core/listen.ts";
import type { Plugin } from "../stack/plugin.ts";

export function consolePlugin(): Plugin {
  let listener: Listener | undefined;
  return {
    name: "console",
    async start({ options, ports, urls, keys }) {
      const project = { url: urls.api, publishableKey: keys.publishableKey };
      const app = staticConsole({ dir: options.consoleDir, project });
      const port = { port: ports.console, purpose: "console", offset: options.offset };
      listener = await listen(port, app.fetch);
    },
    async stop() {
      await listener?.close();
      listener = undefined;
    },
    health: () => Promise.resolve({ ok: listener !== undefined, detail: "the product's console" }),
  };
}

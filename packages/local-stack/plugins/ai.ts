/** The local emulator of a language model provider, on a port of its own. */
import { MODELS } from "../ai/models.ts";
import { type AiServer, serveAi } from "../ai/server.ts";
import type { Plugin } from "../stack/plugin.ts";

export function aiPlugin(): Plugin {
  let server: AiServer | undefined;
  return {
    name: "ai",
    async start({ keys, ports }) {
      server = await serveAi({ port: ports.ai, apiKey: keys.aiKey });
    },
    async stop() {
      await server?.close();
      server = undefined;
    },
    health: () => Promise.resolve({ ok: server !== undefined, detail: detail() }),
  };
}

function detail(): string {
  return `local models ${Object.keys(MODELS).join(", ")}`;
}

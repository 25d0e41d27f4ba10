/** The switches behind `POST /stack/<part>/stop` and `/stack/<part>/start`. */
import type { StackContext } from "./context.ts";
import type { Plugin } from "./plugin.ts";

/**
 * Returns two switches for a part: one stops it, so that its port refuses connections, and one
 * starts it again.
 */
export function stopAndStart(
  plugin: Plugin,
  context: StackContext,
): Record<string, () => Promise<void>> {
  let isUp = true;
  return {
    async [`${plugin.name}/stop`]() {
      isUp = false;
      await plugin.stop();
    },
    async [`${plugin.name}/start`]() {
      if (!isUp) await plugin.start(context);
      isUp = true;
    },
  };
}

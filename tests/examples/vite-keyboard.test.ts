/** The Vite example with the keyboard alone, in a window without a mouse. */
import { isUsedByKeyboard } from "./keyboard.ts";
import { visits } from "./visit.ts";

Deno.test({
  name: "the Vite example by keyboard",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    await visits(test, "vite", [
      ["sells, works, answers and saves, and says each change", isUsedByKeyboard],
    ]);
  },
});

/** The Vite example in Chromium, in React's strict mode, on an origin of its own. */
import { everything, isShort } from "./journey.ts";
import { knowsItsUser } from "./own-back-end.ts";
import { testVisits } from "./visit.ts";

Deno.test("the Vite example has under 300 lines of code", () => isShort("vite"));

testVisits("vite", "the Vite example", [
  [
    "sells credits, spends them on a picture, a job and a chat, and shows each change",
    everything,
  ],
  ["charges nobody but the user of the token", knowsItsUser],
]);

/** The Vite example with the keyboard alone, in a window without a mouse. */
import { isUsedByKeyboard } from "./keyboard.ts";
import { testVisits } from "./visit.ts";

testVisits("vite", "the Vite example by keyboard", [
  ["sells, works, answers and saves a file, and announces each change", isUsedByKeyboard],
]);

/**
 * Tests the Next.js example when the network or the session fails, or the user reloads the page
 * during a payment.
 */
import { comesBackExpired, isOffline, isSlow, reloadsWhilePaying } from "./trouble.ts";
import { testVisits } from "./visit.ts";

testVisits("next", "the Next.js example in trouble", [
  [
    "follows a purchase whose page is reloaded, and never shows the old balance",
    reloadsWhilePaying,
  ],
  ["shows a balance that can't be read again as unknown, and never as 0", isOffline],
  ["renews an expired session, and asks for the password when it can't", comesBackExpired],
  ["shows on a slow network what it is waiting for", isSlow],
]);

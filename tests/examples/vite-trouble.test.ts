/**
 * Tests the Vite example when the network or the session fails, or the user reloads the page during
 * a payment.
 */
import { followsTheOtherTab, keepsNothingOfAnother, logsEachRequest } from "./sessions.ts";
import { comesBackExpired, isOffline, isSlow, reloadsWhilePaying } from "./trouble.ts";
import { testVisits } from "./visit.ts";

testVisits("vite", "the Vite example in trouble", [
  [
    "follows a purchase whose page is reloaded, and never shows the old balance",
    reloadsWhilePaying,
  ],
  ["shows a balance that can't be read as unknown, and never as 0", isOffline],
  ["renews an expired session, and asks for the password when it can't", comesBackExpired],
  ["shows on a slow network what it is waiting for", isSlow],
  ["sends and logs an id with each request, and a key with each change", logsEachRequest],
  ["follows the session that another tab changes", followsTheOtherTab],
  ["keeps nothing of a user when another one signs in", keepsNothingOfAnother],
]);

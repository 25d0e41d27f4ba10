/**
 * Routes that monitors, operators and `deno task golive` call. Their figures say nothing about
 * users.
 */
const OTHERS =
  /^\w+ \/(health|settings|webhook-events|proofs|features|reports|alerts|notifications|[a-z]+-runner)\b/;

export const isOfUsers = (route: string): boolean => !OTHERS.test(route);

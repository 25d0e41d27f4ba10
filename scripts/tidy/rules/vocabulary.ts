/**
 * A word that only this project used, and the common word for the same thing. The pattern does not
 * match contexts in which the word is plain English. docs/glossary.md explains the words to
 * readers.
 */
interface PrivateWord {
  not: string;
  but: string;
  /** A regular expression. It must match whole words, and upper and lower case do not matter. */
  pattern: string;
}

const ONE =
  "(?:an?|the|each|every|one|another|this|that|its|no|first|second|next|last|per|of|\\d+)";
const IS = "(?:is|are|was|were|be|been|being|stays?|stayed|while|when|once|if)";
const OBJECT = "(?: it| them| credits)?";
const LETTER_OF_THE_ALPHABET =
  "(?<!(?:dead|small|capital|first|last|case|one|single|or|between|by|\\d)[ -])letters?" +
  "(?! and digits|,? digits|case| by letter| count)";
const KEPT =
  "kept(?! (?:apart|up|open|alive|out|from|waiting|busy|in|short|small|free|separate|as|equal" +
  "|secret|for|until|back|going|within|below|under|down|by|to)\\b)";

export const privateWords: PrivateWord[] = [
  { not: "door", but: "endpoint, or RPC function in SQL", pattern: "doors?" },
  { not: "away", but: "unavailable", pattern: `${IS} away(?! from)` },
  {
    not: "told",
    but: "notified, or what is meant: receives, learns, is asked",
    pattern: "told(?! apart)",
  },
  { not: "tell of", but: "notify, report", pattern: "tells? of|telling of" },
  {
    not: "notice",
    but: "notification",
    pattern: `(?:${ONE}|queued|dead) notices?|notices (?:are|were|of|for|that)`,
  },
  { not: "letter", but: "email", pattern: LETTER_OF_THE_ALPHABET },
  { not: "patience", but: "retry policy, or timeout", pattern: "patien(?:ce|t|tly)" },
  { not: "room", but: "capacity, concurrency limit", pattern: "rooms?" },
  { not: "stranger", but: "anonymous caller, or foreign payment", pattern: "strangers?" },
  {
    not: "dead",
    but: "dead-lettered",
    pattern: "dead (?:jobs?|notices?|notifications?|events?|emails?)",
  },
  { not: "try", but: "attempt", pattern: `${ONE} (?:try|tries)` },
  { not: "sweep", but: "scheduled task", pattern: `${ONE} sweeps?|sweepers?` },
  {
    not: "clock",
    but: "scheduled task",
    pattern: "clocks? (?:calls|does|sweeps|closes|tries|asks)",
  },
  { not: "story", but: "test case, scenario", pattern: "story|stories" },
  { not: "kept", but: "stored", pattern: KEPT },
  { not: "nonsense", but: "invalid response, invalid value", pattern: "nonsense" },
  { not: "stand-in", but: "emulator, stub", pattern: "stand-ins?" },
  {
    not: "take back",
    but: "claw back, or refund",
    pattern: `(?:take|taking|taken|takes|took)${OBJECT} back`,
  },
  {
    not: "give back",
    but: "reinstate, release, or refund",
    pattern: `(?:give|giving|given|gives|gave)${OBJECT} back`,
  },
  { not: "time-out", but: "timeout", pattern: "time-outs?" },
  { not: "e-mail", but: "email", pattern: "e-mail(?:s|ed)?" },
  { not: "web hook", but: "webhook", pattern: "web[- ]hooks?" },
  { not: "back-off", but: "backoff", pattern: "back-offs?" },
];

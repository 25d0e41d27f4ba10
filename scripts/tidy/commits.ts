/**
 * The rule for commit subjects: `area: verb object`. It makes the output of `git log --oneline`
 * searchable by topic.
 */

const MAX_LENGTH = 72;

/**
 * Matches subjects that Git writes, and subjects of commits that a later rebase merges into another
 * commit.
 */
const BY_GIT = /^(?:Merge |Revert "|fixup! |squash! |amend! )/;

/** Verbs whose imperative ends in "ed". They are not in the past tense. */
const NO_PAST = new Set(["embed", "exceed", "feed", "need", "proceed", "seed", "shed", "succeed"]);

/**
 * Pronouns that stand for a thing. A commit subject is read without the diff, so it must name the
 * thing. The pattern does not match a part of a name in code or of a file's name, such as `x-who`
 * or `it()`.
 */
const PRONOUN =
  /(?<=^| )(?:its?|itself|they|them|theirs?|this|these|those|what|who|whose)(?=$|[ ,:;])/;

/** The time from which a subject must not contain a pronoun. */
const NAMES_THINGS_SINCE = new Date("2026-11-27T19:30:00Z");

/** Returns what is wrong with the subject of a commit, or null if it is correct. */
export function faultOf(subject: string, madeAt: Date): string | null {
  if (BY_GIT.test(subject)) return null;
  const form = /^[a-z0-9][a-z0-9_.-]*(?:\/[a-z0-9_.-]+)*: (\S+) \S/.exec(subject);
  const verb = form?.[1] ?? "";
  if (!form) return "the subject must read `area: verb object`, with the area in lower case";
  if (/^[A-Z]/.test(verb)) return `"${verb}": the verb must begin in lower case`;
  if (/ed$/.test(verb) && !NO_PAST.has(verb)) return `"${verb}": use the imperative, as in "add"`;
  if (subject.endsWith(".")) return "the subject must not end with a full stop";
  if (subject.length > MAX_LENGTH) {
    return `the subject has ${subject.length} characters; at most ${MAX_LENGTH} are allowed: ` +
      "move the rest to the body";
  }
  const [pronoun] = madeAt >= NAMES_THINGS_SINCE ? PRONOUN.exec(subject) ?? [] : [];
  if (pronoun) {
    return `"${pronoun}": name the thing itself, because no diff stands beside a subject`;
  }
  return null;
}

export interface Commit {
  hash: string;
  madeAt: Date;
  subject: string;
}

/** The time from which the rule applies. Earlier commits are not checked. */
const SINCE = "2026-11-23T06:50:00Z";

/**
 * Reads the commits that were made since SINCE. In a shallow clone, reads only those that Git has.
 */
export async function readCommits(root: string): Promise<Commit[]> {
  const git = new Deno.Command("git", {
    args: ["-c", "safe.directory=*", "log", `--since=${SINCE}`, "--format=%h %at %s"],
    cwd: root,
  });
  const { success, stdout, stderr } = await git.output();
  if (!success) {
    throw new Error(`git cannot list the commits: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").map((line) => {
    const [hash = "", seconds, ...words] = line.split(" ");
    return { hash, madeAt: new Date(Number(seconds) * 1_000), subject: words.join(" ") };
  });
}

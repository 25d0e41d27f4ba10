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

/** Returns what is wrong with a subject, or null if it is correct. */
export function faultOf(subject: string): string | null {
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
  return null;
}

export interface Commit {
  hash: string;
  subject: string;
}

/** The time from which the rule applies. Earlier commits are not checked. */
const SINCE = "2026-11-23T06:50:00Z";

/**
 * Reads the commits that were made since SINCE. In a shallow clone, reads only those that Git has.
 */
export async function readCommits(root: string): Promise<Commit[]> {
  const git = new Deno.Command("git", {
    args: ["-c", "safe.directory=*", "log", `--since=${SINCE}`, "--format=%h %s"],
    cwd: root,
  });
  const { success, stdout, stderr } = await git.output();
  if (!success) {
    throw new Error(`git cannot list the commits: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").map((line) => ({
    hash: line.slice(0, line.indexOf(" ")),
    subject: line.slice(line.indexOf(" ") + 1),
  }));
}

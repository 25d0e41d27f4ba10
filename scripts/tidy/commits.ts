/** Subjects of commits: `area: verb object`, so that `git log --oneline` can be searched by topic. */

const MAX_LENGTH = 72;

/** Git's own, and those that a rebase melts into another commit. */
const BY_GIT = /^(?:Merge |Revert "|fixup! |squash! |amend! )/;

/** Verbs in the imperative that end like a past tense. */
const NO_PAST = new Set(["embed", "exceed", "feed", "need", "proceed", "seed", "shed", "succeed"]);

/** Says what is wrong with a subject, or null where it is as it should be. */
export function faultOf(subject: string): string | null {
  if (BY_GIT.test(subject)) return null;
  const form = /^[a-z0-9][a-z0-9_.-]*(?:\/[a-z0-9_.-]+)*: (\S+) \S/.exec(subject);
  const verb = form?.[1] ?? "";
  if (!form) return "a subject reads `area: verb object`, with a lower-case area";
  if (/^[A-Z]/.test(verb)) return `"${verb}": the verb begins in lower case`;
  if (/ed$/.test(verb) && !NO_PAST.has(verb)) return `"${verb}": use the imperative, as in "add"`;
  if (subject.endsWith(".")) return "a subject ends without a full stop";
  if (subject.length > MAX_LENGTH) {
    return `${subject.length} characters, at most ${MAX_LENGTH}: the body has the rest`;
  }
  return null;
}

export interface Commit {
  hash: string;
  subject: string;
}

/** Commits before this moment are older than the rule. */
const SINCE = "2026-11-23T06:50:00Z";

/** The commits that the rule is for; of a shallow clone those that are there. */
export async function readCommits(root: string): Promise<Commit[]> {
  const git = new Deno.Command("git", {
    args: ["-c", "safe.directory=*", "log", `--since=${SINCE}`, "--format=%h %s"],
    cwd: root,
  });
  const { success, stdout, stderr } = await git.output();
  if (!success) {
    throw new Error(`tidy reads the commits with git: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").map((line) => ({
    hash: line.slice(0, line.indexOf(" ")),
    subject: line.slice(line.indexOf(" ") + 1),
  }));
}

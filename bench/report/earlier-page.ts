/**
 * Reads the report of an earlier run, so that a run that measures only some goals replaces only the
 * parts of these goals.
 */

/** The parts of a page that a later run may leave as they are. */
export interface Parts {
  /** The rows of the table of goals, each as its cells. The first cell names the goal. */
  figures: string[][];
  /** Each note begins with the name of its goal. */
  notes: string[];
  /**
   * The rows of the table of arms, each as its cells. The first two cells are the name and the
   * number of clients.
   */
  arms: string[][];
  /** The section about how long functions take to start; empty if the page has none. */
  starts: string;
}

/** Returns the text between two headings of the second level. */
function sectionOf(page: string, title: string): string {
  const start = page.indexOf(`\n## ${title}\n`);
  if (start < 0) return "";
  const end = page.indexOf("\n## ", start + 1);
  return page.slice(start, end < 0 ? page.length : end);
}

function rowsOf(section: string): string[][] {
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  // The first two lines are the titles and the line of dashes below them.
  return lines.slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function notesOf(section: string): string[] {
  return section.split(/^- /m).slice(1).map((note) => note.replace(/\s+/g, " ").trim());
}

export function readPage(page: string): Parts {
  const goals = sectionOf(page, "Goals");
  return {
    figures: rowsOf(goals),
    notes: notesOf(goals),
    arms: rowsOf(sectionOf(page, "Arms")),
    starts: sectionOf(page, "Start of a function"),
  };
}

/** Returns the goal with which a note or a cell begins. */
const goalOf = (text: string) => text.match(/^G\d+/)?.[0] ?? "";

const byGoal = (one: string, other: string) =>
  Number(goalOf(one).slice(1)) - Number(goalOf(other).slice(1));

/** Returns the goals that were not measured now, but have earlier figures or notes. */
export function goalsLeft(earlier: Parts, measured: readonly string[]): string[] {
  const goals = [...earlier.figures.map(([goal]) => goal!), ...earlier.notes].map(goalOf);
  return [...new Set(goals)].filter((goal) => !measured.includes(goal)).sort(byGoal);
}

/**
 * Merges the parts of a run into those of the earlier page. The figures and notes of the `measured`
 * goals are replaced. Arms belong to no goal. A run of all goals replaces all arms. Any other run
 * adds its arms, and replaces only earlier arms with the same name and number of clients.
 */
export function merge(
  earlier: Parts,
  now: Parts,
  measured: readonly string[],
  isWhole: boolean,
): Parts {
  const stays = (text: string) => !measured.includes(goalOf(text));
  // The name of an open-loop arm contains its rate, which differs from run to run.
  const nameOf = ([name]: string[]) => name!.replace(/ at \d+\/s$/, "");
  const isArm = (one: string[]) => (arm: string[]) =>
    nameOf(arm) === nameOf(one) && arm[1] === one[1];
  const same = (arm: string[]) => now.arms.find(isArm(arm));
  return {
    figures: [...earlier.figures.filter(([goal]) => stays(goal!)), ...now.figures]
      .sort(([one], [other]) => byGoal(one!, other!)),
    notes: [...earlier.notes.filter(stays), ...now.notes].sort(byGoal),
    arms: isWhole ? now.arms : [
      ...earlier.arms.map((arm) => same(arm) ?? arm),
      ...now.arms.filter((arm) => !earlier.arms.some(isArm(arm))),
    ],
    starts: now.starts || earlier.starts,
  };
}

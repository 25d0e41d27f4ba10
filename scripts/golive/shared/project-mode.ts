/**
 * Compares the project's own mode with the mode of the settings' key before anything is bought. The
 * functions use the project's own key, so a live project would open live checkouts even if the
 * settings have a test key.
 */
import { z } from "zod";
import type { Project } from "../command/project.ts";
import { ask, dataOf } from "./ask.ts";
import { withSql } from "./database.ts";

const Events = z.array(z.object({ livemode: z.boolean() }));

/**
 * Returns whether the project is in live mode; undefined if it has no mode yet, because no event
 * has arrived.
 */
async function isLiveProject(project: Project): Promise<boolean | undefined> {
  const { databaseUrl } = project;
  if (databaseUrl === undefined) {
    // The database refuses events of the other mode, so the mode of any stored event is the
    // project's mode.
    const reply = await ask(project, "webhook-events?limit=1");
    return dataOf(reply, 200, Events)[0]?.livemode;
  }
  const [row] = await withSql(databaseUrl, (sql) =>
    sql<{ livemode: boolean | null }[]>`
    select livemode from farthing.policy`);
  return row?.livemode ?? undefined;
}

const differs = ({ mode }: Project, its: string) =>
  new Error(`STRIPE_SECRET_KEY is a ${mode} key, but ${its}: use the keys of one mode.`);

/** @throws Error if the project belongs to the other mode */
export async function requireProjectMode(project: Project): Promise<void> {
  const isLive = await isLiveProject(project);
  if (isLive === undefined || isLive === (project.mode === "live")) return;
  throw differs(project, `the project is in ${isLive ? "live" : "test"} mode`);
}

/**
 * Compares the modes again after a checkout was opened: the session's id shows the mode even if the
 * project has no events yet.
 * @throws Error if the modes differ
 */
export function requireSessionMode(project: Project, sessionId: string): void {
  const mode = /^cs_(test|live)_/.exec(sessionId)?.[1];
  if (mode === project.mode) return;
  throw differs(project, `the project's checkout is of ${mode ?? "no known"} mode`);
}

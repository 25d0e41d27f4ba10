/**
 * The record of a project's paid first dollar, beside the files of the runs. A run that ends
 * without a failure removes its own file. The next run reads the paid record, so that it does not
 * buy again.
 */
import type { Project } from "../command/project.ts";
import { runFolder } from "../core/run-file.ts";

export interface Paid {
  /** The run that has paid. */
  readonly run: string;
  readonly order: string;
  readonly buyer: string;
  readonly session: string;
  readonly paidAt: string;
}

const fileOf = ({ url, mode }: Pick<Project, "url" | "mode">): string =>
  `${runFolder()}/paid-${mode}-${new URL(url).host.replaceAll(":", "-")}.json`;

/** @throws Error if the record can't be read, because a run could then pay twice */
export async function readPaid(project: Pick<Project, "url" | "mode">): Promise<Paid | undefined> {
  const file = fileOf(project);
  try {
    return JSON.parse(await Deno.readTextFile(file)) as Paid;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new Error(
      `${file} can't be read. Check in Stripe's dashboard whether an earlier run paid for an order. ` +
        "Then move this file to another folder: the next run pays for a new order.",
    );
  }
}

/** Writes the record whole or not at all. */
export async function writePaid(
  project: Pick<Project, "url" | "mode">,
  paid: Paid,
): Promise<void> {
  await Deno.mkdir(runFolder(), { recursive: true });
  const next = `${fileOf(project)}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(next, JSON.stringify(paid, null, 2));
  await Deno.rename(next, fileOf(project));
}

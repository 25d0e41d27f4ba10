/** The context of every step: the project, the call's options, and the facts of earlier steps. */
import type { Facts } from "../core/run-steps.ts";
import type { Step } from "../core/step.ts";
import type { Options } from "./options.ts";
import type { Project } from "./project.ts";

export interface Own {
  readonly project: Project;
  readonly options: Options;
}

export type Context = Own & Facts;

export type GoLiveStep = Step<Context>;

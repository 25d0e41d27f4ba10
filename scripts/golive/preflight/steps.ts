/** The checks before a launch, which change nothing. */
import type { Project } from "../command/project.ts";
import type { Facts } from "../core/run-steps.ts";
import type { Step } from "../core/step.ts";
import { keyModes } from "./keys.ts";

export type Context = { readonly project: Project } & Facts;

export const PREFLIGHT: readonly Step<Context>[] = [keyModes];

/** The checks before a launch, which change nothing. */
import type { GoLiveStep } from "../command/context.ts";
import { keyModes } from "./keys.ts";

export const PREFLIGHT: readonly GoLiveStep[] = [keyModes];

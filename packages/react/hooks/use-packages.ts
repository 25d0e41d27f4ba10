/** The packages on sale. */
"use client";
import { useQuery } from "@tanstack/react-query";
import type { Package } from "@farthing/client";
import { useFarthing } from "../core/context.tsx";
import { packagesQuery } from "../core/queries.ts";
import { type Reading, readingOf } from "../core/reading-state.ts";

/**
 * Used in place of a user's id, because the packages are the same for everybody and no sign-in is
 * needed.
 */
const ANYBODY = "";

/** Reads the packages on sale, also for visitors. */
export function usePackages(): Reading<Package[]> {
  return readingOf(ANYBODY, useQuery(packagesQuery(useFarthing())));
}

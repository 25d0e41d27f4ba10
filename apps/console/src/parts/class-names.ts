import { type ClassValue, clsx } from "clsx";
import { twMerge } from "tailwind-merge";

/** Joins class names; if two of them contradict each other, the later one applies. */
export const cn = (...names: ClassValue[]): string => twMerge(clsx(names));

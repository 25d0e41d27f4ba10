import process from "node:process";

/**
 * Reads milliseconds of processor time, which other work on the machine does not lengthen. Deno
 * 2.1.4 always reports 0, so elapsed time is read there.
 */
export const processorTime: () => number = process.cpuUsage().user > 0
  ? () => process.cpuUsage().user / 1000
  : () => performance.now();

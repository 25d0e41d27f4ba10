import process from "node:process";

/**
 * Milliseconds of processor time, which other work on the machine does not lengthen. Deno 2.1.4 reports 0 for
 * it: there it is the time that passed.
 */
export const processorTime: () => number = process.cpuUsage().user > 0
  ? () => process.cpuUsage().user / 1000
  : () => performance.now();

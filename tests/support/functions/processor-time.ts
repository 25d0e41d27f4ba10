import process from "node:process";

/**
 * Reads the used processor time in ms. Other work on the machine does not change it. Deno 2.1.4
 * always reports 0, so the elapsed time is read there.
 */
export const processorTime: () => number = process.cpuUsage().user > 0
  ? () => process.cpuUsage().user / 1000
  : () => performance.now();

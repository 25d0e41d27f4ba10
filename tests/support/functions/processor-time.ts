import process from "node:process";

/**
 * Reads the processor time in ms that this process has used. Other work on the machine does not change it.
 * Deno 2.1.4 always reports 0, so with that version the elapsed time is returned instead.
 */
export const processorTime: () => number = process.cpuUsage().user > 0
  ? () => process.cpuUsage().user / 1000
  : () => performance.now();

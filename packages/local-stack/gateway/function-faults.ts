/** Makes calls of Edge Functions slow, or makes them fail before the function runs. */
import { delay } from "@farthing/command-line";
import { z } from "zod";

const FaultBody = z.strictObject({
  /**
   * How the path after `/functions/v1/` begins, such as `usage` or `ai/chat`. Default: any path.
   */
  path: z.string().regex(/^[a-z][\w/-]*$/).optional(),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
  /** The percentage of matching calls that get the fault. These calls are spread evenly. */
  percent: z.int().min(1).max(100).default(100),
  /** The milliseconds to wait before the function gets the call. */
  delay_ms: z.int().min(1).max(60_000).optional(),
  /** If a status is given, the function does not run, and the response has this status. */
  status: z.int().min(500).max(599).optional(),
}).refine(({ delay_ms, status }) => (delay_ms ?? status) !== undefined, {
  message: "send delay_ms, status or both",
});

type Fault = z.output<typeof FaultBody>;

export interface FunctionFaults {
  /**
   * Applies the faults to a call. Waits first if a fault delays the call. Returns the error
   * response if the call must fail, otherwise undefined.
   * @param path the path after `/functions/v1/`
   */
  meet(method: string, path: string): Promise<Response | undefined>;
  switches: Record<string, (body: unknown) => void>;
}

export function functionFaults(): FunctionFaults {
  const planned: { fault: Fault; calls: number }[] = [];

  const applies = ({ method, path }: Fault, called: { method: string; path: string }) =>
    (method ?? called.method) === called.method &&
    (path === undefined || called.path === path || called.path.startsWith(`${path}/`));

  return {
    async meet(method, path) {
      for (const plan of planned) {
        if (!applies(plan.fault, { method, path })) continue;
        const { percent, delay_ms, status } = plan.fault;
        const due = (calls: number) => Math.floor(calls * percent / 100);
        const isDue = due(plan.calls + 1) > due(plan.calls);
        plan.calls++;
        if (!isDue) continue;
        if (delay_ms !== undefined) await delay(delay_ms);
        if (status === undefined) continue;
        const message = "Function exited due to an error (planned by POST /stack/functions/fault)";
        return Response.json({ code: "WORKER_ERROR", message }, { status });
      }
    },
    switches: {
      "functions/fault": (body) => void planned.push({ fault: FaultBody.parse(body), calls: 0 }),
      "functions/ok": () => void planned.splice(0),
    },
  };
}

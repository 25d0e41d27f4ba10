/** The limits that Supabase's platform sets for an isolate, and their names in `--isolates`. */
import { StackError } from "../core/stack-error.ts";

export interface IsolateLimits {
  /** The processor time after which an isolate is retired: it gets no new requests. */
  readonly cpuSoftMs: number;
  /** The processor time after which an isolate is killed; its pending requests break off. */
  readonly cpuHardMs: number;
  /** The wall time after which an isolate is killed. It is retired after half of this time. */
  readonly wallMs: number;
  /** The maximum time from a request to the first byte of its answer. */
  readonly responseMs: number;
  /** The maximum size of V8's heap in MB. */
  readonly memoryMb: number;
  /** Whether the processor time of loading counts towards the limits. On the platform, it does. */
  readonly countsBoot: boolean;
}

const SHARED = {
  cpuSoftMs: 1_000,
  cpuHardMs: 2_000,
  responseMs: 150_000,
  memoryMb: 256,
  countsBoot: true,
};

/** The platform's limits for each plan. */
export const PLANS = {
  free: { ...SHARED, wallMs: 150_000 },
  paid: { ...SHARED, wallMs: 400_000 },
} satisfies Record<string, IsolateLimits>;

/** The names of the limits in `--isolates free,wall=4000`. */
const NAMES = {
  "cpu-soft": "cpuSoftMs",
  "cpu-hard": "cpuHardMs",
  wall: "wallMs",
  response: "responseMs",
  memory: "memoryMb",
} as const;

const HELP =
  "--isolates must be free or paid, optionally with other limits in ms (memory in MB), such as " +
  `free,cpu-soft=150,cpu-hard=300,wall=4000. Limits are ${Object.keys(NAMES).join(", ")}; ` +
  "without-boot excludes the time for loading from the processor time.";

function limitOf(text: string): Partial<IsolateLimits> {
  if (text === "without-boot") return { countsBoot: false };
  const [name = "", value = ""] = text.split("=");
  if (!Object.hasOwn(NAMES, name) || !/^[1-9]\d{0,8}$/.test(value)) {
    throw new StackError(
      `${HELP} "${text}" is not a limit: write a name, = and a whole number above 0, such as wall=4000.`,
    );
  }
  return { [NAMES[name as keyof typeof NAMES]]: Number(value) };
}

/**
 * Reads the value of `--isolates`.
 * @throws StackError that lists the accepted values
 */
export function parseLimits(text: string): IsolateLimits {
  const [plan = "", ...changes] = text.split(",");
  if (!Object.hasOwn(PLANS, plan)) throw new StackError(`${HELP} "${plan}" is not a plan.`);
  const limits = Object.assign({}, PLANS[plan as keyof typeof PLANS], ...changes.map(limitOf));
  if (limits.cpuSoftMs > limits.cpuHardMs) {
    throw new StackError(`${HELP} cpu-soft must be at most cpu-hard.`);
  }
  return limits;
}

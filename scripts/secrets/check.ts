/** Checks whether the variables that each function needs are set. It never returns their values. */
import { EnvError, readEnv } from "../../supabase/functions/_shared/core/env.ts";
import {
  ENV_NEEDS,
  type EnvName,
  type EnvNeed,
  type FunctionName,
  FUNCTIONS,
} from "../../supabase/functions/_shared/core/env-needs.ts";

/**
 * The names of the variables that are set in a source (sources.ts), with their values if they can
 * be read.
 */
export interface Found {
  readonly source: string;
  readonly names: ReadonlySet<string>;
  /** Null if only the names are known, as for a hosted project. */
  readonly values: Readonly<Record<string, string | undefined>> | null;
  /**
   * Whether the source contains every variable that a function gets, including those that the
   * platform sets.
   */
  readonly isWhole: boolean;
}

export type State = "present" | "malformed" | "missing" | "not set" | "left unset" | "platform";

export interface Finding {
  readonly name: EnvName;
  readonly state: State;
  /**
   * A remark on the state; may be empty. It names a variable that can be set instead of this one,
   * or a variable that makes this one necessary. Or it says that this one must not be set in
   * production.
   */
  readonly note: string;
}

/**
 * Placeholders for the values that the platform sets. With them, the other values can be checked
 * even if the platform's values cannot be read.
 */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  SUPABASE_URL: "https://project.supabase.co",
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"x"}',
  SUPABASE_SECRET_KEYS: '{"default":"x"}',
};

/**
 * Returns the error that the functions would throw for these values, or null if they accept them.
 */
export function refusalOf(values: NonNullable<Found["values"]>): EnvError | null {
  try {
    readEnv((name) => values[name] || PLACEHOLDERS[name]);
    return null;
  } catch (error) {
    if (error instanceof EnvError) return error;
    throw error;
  }
}

/** Returns the names of the variables whose values the functions would refuse. */
export function malformedIn(values: Found["values"]): ReadonlySet<string> {
  return new Set(values === null ? [] : refusalOf(values)?.names);
}

const ABSENT: Readonly<Record<EnvNeed["is"], State>> = {
  needed: "missing",
  optional: "not set",
  platform: "platform",
  local: "left unset",
};

function finding(name: EnvName, need: EnvNeed, found: Found, malformed: ReadonlySet<string>) {
  const has = (other: string) => found.names.has(other);
  if (has(name)) {
    const isStray = need.is === "local" && !found.isWhole;
    const note = isStray ? "for emulators only: unset it in production" : "";
    return { name, state: malformed.has(name) ? "malformed" : "present", note };
  }
  if (need.or !== undefined) {
    const isEnough = has(need.or);
    const note = isEnough ? `${need.or} is set` : `or ${need.or}`;
    return { name, state: isEnough ? "not set" : "missing", note };
  }
  if (need.with !== undefined && has(need.with)) {
    return { name, state: "missing", note: `needed with ${need.with}` };
  }
  if (need.is === "platform" && found.isWhole && name !== "SUPABASE_JWKS") {
    return { name, state: "missing", note: "" };
  }
  return { name, state: ABSENT[need.is], note: "" };
}

export interface Group {
  /** Null for the variables that every function reads. */
  readonly name: FunctionName | null;
  readonly findings: readonly Finding[];
}

function asOptional([name, { by }]: [EnvName, EnvNeed]): [EnvName, EnvNeed] {
  return [name, { by, is: "optional" }];
}

/**
 * Returns a group with the variables that every function reads, followed by a group for each
 * function with its other variables.
 */
export function checkSecrets(found: Found): Group[] {
  const malformed = malformedIn(found.values);
  const needs = Object.entries(ENV_NEEDS) as [EnvName, EnvNeed][];
  const isAll = ([, { by }]: [EnvName, EnvNeed]) => by.length === FUNCTIONS.length;
  const toFinding = ([name, need]: [EnvName, EnvNeed]) =>
    finding(name, need, found, malformed) as Finding;
  const groups: Group[] = [{ name: null, findings: needs.filter(isAll).map(toFinding) }];
  for (const name of FUNCTIONS) {
    const own = needs.filter((each) => !isAll(each) && each[1].by.includes(name));
    const checked = needs.filter(([, { checkedBy }]) => checkedBy?.includes(name)).map(asOptional);
    groups.push({ name, findings: [...own, ...checked].map(toFinding) });
  }
  return groups;
}

/**
 * Returns the names of the variables whose values are missing or malformed. A function that needs
 * such a value does not work.
 */
export function wrongNames(groups: readonly Group[]): EnvName[] {
  const wrong = groups.flatMap(({ findings }) =>
    findings.filter(({ state }) => state === "missing" || state === "malformed")
  );
  return [...new Set(wrong.map(({ name }) => name))];
}

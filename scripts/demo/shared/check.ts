import type { Exact } from "../../rates/exact.ts";

/** One figure twice: the service's, and the one computed from the trace and the rates. */
export interface Check {
  name: string;
  service: string;
  computed: string;
  equal: boolean;
}

/** Compares two numbers by value. */
export function check(name: string, service: Exact, computed: Exact): Check {
  return {
    name,
    service: service.toFixed(),
    computed: computed.toFixed(),
    equal: service.equals(computed),
  };
}

/** Compares two texts exactly. */
export function checkText(name: string, service: string, computed: string): Check {
  return { name, service, computed, equal: service === computed };
}

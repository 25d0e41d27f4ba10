import type { Exact } from "../../rates/exact.ts";

/** One figure twice: as the service has it, and as the trace and the rates demand it. */
export interface Check {
  name: string;
  service: string;
  computed: string;
  equal: boolean;
}

/** Two numbers, compared by value. */
export function check(name: string, service: Exact, computed: Exact): Check {
  return {
    name,
    service: service.toFixed(),
    computed: computed.toFixed(),
    equal: service.equals(computed),
  };
}

/** Two texts, compared as they are. */
export function checkText(name: string, service: string, computed: string): Check {
  return { name, service, computed, equal: service === computed };
}

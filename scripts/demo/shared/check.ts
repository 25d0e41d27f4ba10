import type { Exact } from "../../rates/exact.ts";

/** One figure, as the service reports it and as the demo computes it. */
export interface Check {
  name: string;
  service: string;
  computed: string;
  equal: boolean;
}

/** Compares a number from the service with the computed number, by value. */
export function check(name: string, service: Exact, computed: Exact): Check {
  return {
    name,
    service: service.toFixed(),
    computed: computed.toFixed(),
    equal: service.equals(computed),
  };
}

/** Compares a text from the service with the computed text, character by character. */
export function checkText(name: string, service: string, computed: string): Check {
  return { name, service, computed, equal: service === computed };
}

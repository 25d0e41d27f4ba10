/** The state of the service: durations, error budgets, rate limits and Redis. */
export { HealthPage } from "./health.tsx";
export { LimitsPage } from "./limits.tsx";

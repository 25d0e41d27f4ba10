/** Alerts: what is wrong now or was, how to repair it, and who works on it. */
export { AlertPage } from "./alert.tsx";
export { AlertsPage } from "./alerts.tsx";

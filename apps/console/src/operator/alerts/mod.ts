/** Alerts: what is or was wrong, how to repair it, and who works on it. */
export { AlertPage } from "./alert.tsx";
export { AlertsPage } from "./alerts.tsx";

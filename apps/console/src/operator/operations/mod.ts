/** Operations: payouts and mismatches, dead-lettered jobs, notifications, proofs, scheduled tasks. */
export { DeadJobsPage } from "./dead-jobs.tsx";
export { MismatchesPage } from "./mismatches.tsx";
export { NotificationsPage } from "./notifications.tsx";
export { PayoutsPage } from "./payouts.tsx";
export { ProofPage } from "./proof.tsx";
export { ProofsPage } from "./proofs.tsx";
export { TasksPage } from "./tasks.tsx";

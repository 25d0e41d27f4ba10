/**
 * The pages about money (refunds, disputes, grants, welcome credits) and about fraud (warnings,
 * decisions, blocks).
 */
export { BlocksPage } from "./blocks.tsx";
export { DecisionsPage } from "./decisions.tsx";
export { DisputePage } from "./dispute.tsx";
export { DisputesPage } from "./disputes.tsx";
export { GrantPage } from "./grant.tsx";
export { GrantsPage } from "./grants.tsx";
export { RefundPage } from "./refund.tsx";
export { RefundsPage } from "./refunds.tsx";
export { WarningsPage } from "./warnings.tsx";
export { WelcomePage } from "./welcome.tsx";

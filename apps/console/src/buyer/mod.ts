/** The pages of a buyer. */
export { BalancePage } from "./balance.tsx";
export { BuyPage } from "./buy.tsx";
export { ChatPage } from "./chat.tsx";
export { HistoryPage } from "./history.tsx";
export { JobPage } from "./job.tsx";
export { JobsPage } from "./jobs.tsx";
export { OrdersPage } from "./orders.tsx";
export { TopUpsPage } from "./top-ups.tsx";

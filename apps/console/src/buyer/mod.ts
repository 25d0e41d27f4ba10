/** The pages of a buyer. */
export { BalancePage } from "./balance.tsx";
export { BuyPage } from "./buy.tsx";
export { HistoryPage } from "./history.tsx";

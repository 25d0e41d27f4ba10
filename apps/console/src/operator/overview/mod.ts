/** The first page of an operator. */
export { OverviewPage } from "./overview.tsx";

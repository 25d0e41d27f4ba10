/** Finds customers, and explains the balance of one. */
export { CustomerPage } from "./customer.tsx";
export { CustomersPage } from "./customers.tsx";

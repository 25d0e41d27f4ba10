/** Finds customers, and explains the balance of one. */
export { CustomerListPage } from "./lists.tsx";
export { CustomerPage } from "./customer.tsx";
export { CustomersPage } from "./customers.tsx";
export { OrderPage } from "./order.tsx";

/** Finds customers, and explains a customer's balance. */
export { CustomerListPage } from "./lists.tsx";
export { CustomerPage } from "./customer.tsx";
export { CustomersPage } from "./customers.tsx";
export { OrderPage } from "./order.tsx";

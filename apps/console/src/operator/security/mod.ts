export { SecurityPage } from "./security.tsx";

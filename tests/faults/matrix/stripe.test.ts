/** Each action of an app during each fault of Stripe. */
import { testFaults } from "./test-faults.ts";

testFaults("stripe");

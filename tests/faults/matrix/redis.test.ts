/** Each action of an app during each fault of Redis. */
import { testFaults } from "./test-faults.ts";

testFaults("redis");

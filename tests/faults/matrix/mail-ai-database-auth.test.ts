/** Each action of an app during each fault of mail, the models, the database and Auth. */
import { testFaults } from "./test-faults.ts";

testFaults("mail-ai-database-auth");

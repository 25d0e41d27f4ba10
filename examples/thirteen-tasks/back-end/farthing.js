import { env } from "node:process";
import { createFarthingServer } from "@farthing/client/server";

const { SUPABASE_URL: url = "", SUPABASE_SECRET_KEY: secretKey = "" } = env;
export const farthing = createFarthingServer({ url, secretKey });

/** The addresses of `ALERT_EMAILS`, to which alerts are sent. */
import { z } from "zod";

/** All addresses are recipients of one email, and mail services limit the recipients of an email. */
const MAX_ADDRESSES = 20;

export const alertEmails = z.array(z.email()).max(MAX_ADDRESSES);

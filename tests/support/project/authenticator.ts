/** An authenticator app: computes the codes of a second factor. */
import { Secret, TOTP } from "otpauth";

const PERIOD_SECONDS = 30;

const totpOf = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) });

/** Returns the code that the app shows now. */
export const codeOf = (secret: string): string => totpOf(secret).generate();

/** Returns a code that is valid neither in the current period nor in a neighbouring one. */
export function wrongCodeOf(secret: string): string {
  const totp = totpOf(secret);
  const near = [-2, -1, 0, 1, 2].map((periods) =>
    totp.generate({ timestamp: Date.now() + periods * PERIOD_SECONDS * 1000 })
  );
  return ["000000", "111111", "222222", "333333", "444444", "555555"]
    .find((code) => !near.includes(code))!;
}

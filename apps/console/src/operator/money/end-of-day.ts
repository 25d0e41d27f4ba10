/**
 * Returns the end of a UTC day.
 * @param day the value of a form's field of type `date`
 * @throws Error if the year has more than four digits, which the service does not accept
 */
export function endOfDay(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) {
    throw new Error("The day must be between 0001-01-01 and 9999-12-31.");
  }
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString();
}

/** The address's filters as a query. The service checks the values, and names those that it refuses. */
export const asked = <Query>(
  filters: Readonly<Record<string, string | undefined>>,
): Query => filters as Query;

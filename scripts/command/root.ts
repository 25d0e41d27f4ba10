/** The root folder of the repository; ends with a slash. */
export const ROOT = new URL("../../", import.meta.url).pathname;

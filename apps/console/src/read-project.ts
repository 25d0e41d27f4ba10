import { checkProject, EXAMPLE, type Project, ProjectError } from "./check-project.ts";

/**
 * @throws ProjectError if the file can't be read, lacks the project's URL or key, or contains a
 * secret key
 */
export async function readProject(): Promise<Project> {
  const address = new URL("farthing.json", document.baseURI.split("#")[0]);
  let response: Response;
  try {
    response = await fetch(address, { cache: "no-cache" });
  } catch {
    throw new ProjectError(`${address} could not be read. Check the connection, and reload.`);
  }
  if (!response.ok) {
    throw new ProjectError(
      `${address} answers ${response.status}. Put farthing.json beside index.html, for example ${EXAMPLE}.`,
    );
  }
  return checkProject(await response.text());
}

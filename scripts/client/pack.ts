/** Packs built packages as `npm publish` would upload them. */
import { succeed } from "../command/succeed.ts";

/**
 * Packs the package that is built in `<built>/<name>` into the file `<into>/<name>.tgz`. npm copies
 * a file into an app. It would only link a folder, and then the package would not find its peers.
 */
export async function packPackage(name: string, built: string, into: string): Promise<string> {
  const folder = `${built}/${name}`;
  const { version } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  await succeed("npm", ["pack", "--silent", "--pack-destination", into], folder);
  const tarball = `${into}/${name}.tgz`;
  await Deno.rename(`${into}/farthing-${name}-${version}.tgz`, tarball);
  return tarball;
}

/** Packs built packages as `npm publish` would upload them. */
import { succeed } from "../command/succeed.ts";

/**
 * Packs the package that is built in `<built>/<name>` into the file `<into>/<name>.tgz`. npm copies
 * such a file into an app, but only links a folder. A linked package does not find its peer
 * dependencies.
 */
export async function packPackage(name: string, built: string, into: string): Promise<string> {
  const folder = `${built}/${name}`;
  const { version } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  await succeed("npm", ["pack", "--silent", "--pack-destination", into], folder);
  const tarball = `${into}/${name}.tgz`;
  await Deno.rename(`${into}/farthing-${name}-${version}.tgz`, tarball);
  return tarball;
}

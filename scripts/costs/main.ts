/** `deno task costs`: computes the tables of docs/reference/costs.md and writes them there. */
import { print } from "@farthing/command-line";
import { ROOT } from "../command/root.ts";
import { PAGE, written } from "./page.ts";

const file = `${ROOT}${PAGE}`;
await Deno.writeTextFile(file, written(await Deno.readTextFile(file)));
// The formatter pads the columns, as on every page.
const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file] })
  .output();
if (!success) throw new Error(`deno fmt can't format ${PAGE}`);
print(`Written: ${PAGE}.`);

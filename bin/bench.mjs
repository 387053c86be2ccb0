// Measures Farebox beside its peers and its limits; docs/performance.md says what each figure means.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installMissing } from "./install.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

installMissing(root);
installMissing(join(root, "bench"));
const { register } = await import("tsx/esm/api");
register();
await import("../bench/main.ts");

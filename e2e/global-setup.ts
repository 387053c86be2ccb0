import { startInstance } from "./instance";

/** Starts the one instance all stories use; FAREBOX_E2E_DATA_DIR names the data folder of one that runs already. */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.FAREBOX_E2E_DATA_DIR) return undefined;
  const instance = await startInstance();
  process.env.FAREBOX_E2E_DATA_DIR = instance.dataDir;
  return () => instance.stop();
}

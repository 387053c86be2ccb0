/** Microseconds of CPU that one run of `work` takes at its best: whatever else a machine does only adds to it. */
export function cpuOf(work: () => void): number {
  const batches = Array.from({ length: 8 }, () => {
    const before = process.cpuUsage();
    for (let run = 0; run < 5; run++) work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 5;
  });
  return Math.min(...batches);
}

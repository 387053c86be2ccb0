import { Table, Td, Th } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { EndpointVersion } from "@/lib/endpoints/read";
import { changesOf } from "./version-changes";

/** Every version of an endpoint, the newest first, and what each changed. */
export function Versions({ versions, timeZone }: { versions: readonly EndpointVersion[]; timeZone: string }) {
  return (
    <Table label="Versions">
      <thead>
        <tr>
          <Th>Version</Th>
          <Th>Changed</Th>
          <Th>By</Th>
          <Th end>When</Th>
        </tr>
      </thead>
      <tbody>
        {versions.map((version, at) => (
          <tr key={version.version}>
            <Td className="tabular-nums">{version.version}</Td>
            <Td className="min-w-56 py-2.5 wrap-anywhere">{changesOf(version, versions[at + 1])}</Td>
            <Td className="max-w-48 truncate" title={version.createdBy ?? undefined}>
              {version.createdBy ?? "Somebody who left"}
            </Td>
            <Td end>
              <Time at={version.createdAt} timeZone={timeZone} />
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

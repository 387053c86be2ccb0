import { Section } from "@/components/ui/section";
import { Table, Td, Th } from "@/components/ui/table";
import type { Queue } from "@/lib/server/operations/queue";
import { ageOf } from "./age";

const sum = (queues: readonly Queue[], of: (queue: Queue) => number) =>
  queues.reduce((total, queue) => total + of(queue), 0).toLocaleString("en-GB");

function oldest(queues: readonly Queue[]): Date | null {
  const times = queues.flatMap(({ oldestSubmittedAt: at }) => at ?? []);
  return times.length === 0 ? null : new Date(Math.min(...times.map((at) => at.getTime())));
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div className="min-w-0 bg-surface p-4 sm:p-5">
      <dt className="text-small text-muted">{name}</dt>
      <dd className="mt-0.5">
        <span className="block text-figure tabular-nums">{value}</span>
        <span className="block text-small text-muted">{note}</span>
      </dd>
    </div>
  );
}

/** What waits: as four figures over all networks, and by network where there are several. */
export function Queues({
  queues,
  nameOf,
  now,
}: {
  queues: readonly Queue[];
  nameOf: (network: string) => string;
  now: Date;
}) {
  const since = oldest(queues);
  return (
    <Section title="Payments that wait">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-card border border-line bg-line lg:grid-cols-4">
        <Figure name="Held" value={sum(queues, ({ held }) => held)} note="claimed, nothing sent" />
        <Figure
          name="Submitting"
          value={sum(queues, ({ submitting }) => submitting)}
          note="sent, not proven yet"
        />
        <Figure
          name="Oldest unsettled"
          value={since === null ? "None" : ageOf(since, now)}
          note={since === null ? "nothing was sent" : "since it was sent"}
        />
        <Figure name="Owed" value={sum(queues, ({ owed }) => owed)} note="paid, not delivered" />
      </dl>
      {queues.length > 1 && (
        <div className="mt-3">
          <Table label="Payments that wait, by network">
            <thead>
              <tr>
                <Th>Network</Th>
                <Th end>Held</Th>
                <Th end>Submitting</Th>
                <Th end>Oldest sent</Th>
                <Th end>Owed</Th>
                <Th end>Oldest owed</Th>
              </tr>
            </thead>
            <tbody>
              {queues.map((queue) => (
                <tr key={queue.network}>
                  <Td>{nameOf(queue.network)}</Td>
                  <Td end>{queue.held.toLocaleString("en-GB")}</Td>
                  <Td end>{queue.submitting.toLocaleString("en-GB")}</Td>
                  <Td end>{queue.oldestSubmittedAt ? ageOf(queue.oldestSubmittedAt, now) : "None"}</Td>
                  <Td end>{queue.owed.toLocaleString("en-GB")}</Td>
                  <Td end>{queue.oldestOwedAt ? ageOf(queue.oldestOwedAt, now) : "None"}</Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      )}
    </Section>
  );
}

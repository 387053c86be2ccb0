import { randomUUID } from "node:crypto";
import postgres from "postgres";

const PULSE_MS = 1_000;
/** How long hearing nothing means that there was nothing, and how long a connection that fell silent is waited for. */
const TRUST_MS = 4_000;

/** Who listens to a channel. */
export interface Listener {
  hear(payload: string): void;
  /** Notices may have been missed: what was concluded from hearing none is worth nothing. */
  lose(): void;
}

/** A channel that is listened to. */
export interface Notices {
  /** Whether all that was notified up to 4 s ago was heard, with no gap since `lose` was last told. */
  upToDate(): boolean;
  close(): Promise<void>;
}

/** Milliseconds since now: by the clock that never steps, or the one that runs while the machine is suspended. */
function stopwatch(): () => number {
  const [steady, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - steady, Date.now() - wall);
}

/** One connection that listens, and one that notifies and tells when it breaks; the driver opens each again. */
function connect(url: string, onclose: () => void) {
  return postgres(url, {
    onclose,
    max: 1,
    connect_timeout: 5,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "farebox notices", synchronous_commit: "off" },
  });
}

/**
 * Listens to a channel. PostgreSQL delivers notices in the order of their commits, so a pulse that we notify ourselves,
 * from another connection, proves when it is heard that all which was committed before has been heard too. Over a
 * half-open connection, through a pooler that lets nobody listen, or to a server that is no primary any more, it never
 * comes.
 */
export function listenTo(url: string, channel: string, listener: Listener): Notices {
  let pulses = 0;
  let awaited: { payload: string; age: () => number } | null = null;
  /** The age of the last pulse that was heard. */
  let silence: (() => number) | null = null;
  let session = begin();
  const timer = setInterval(tick, PULSE_MS);
  timer.unref();

  function begin() {
    const pulse = `farebox_pulse_${randomUUID()}`;
    const ifCurrent = (work: () => void) => () => {
      if (session.pulse === pulse) work();
    };
    const sql = connect(url, ifCurrent(distrust));
    const listen = async () => {
      // Told each time that listening begins, again after a break too.
      await sql.listen(channel, listener.hear, ifCurrent(lose));
      await sql.listen(pulse, hearPulse, ifCurrent(beat));
    };
    listen().catch(() => {});
    return { sql, pulse };
  }

  function hearPulse(payload: string): void {
    const heard = awaited;
    if (payload !== heard?.payload) return;
    // One that comes after the trust ended may have come over a new connection, with a gap before it.
    upToDate();
    silence = heard.age;
    awaited = null;
  }

  function beat(): void {
    pulses += 1;
    awaited = { payload: String(pulses), age: stopwatch() };
    session.sql.notify(session.pulse, awaited.payload).catch(() => {});
  }

  function tick(): void {
    if (awaited === null) beat();
    if (awaited === null || awaited.age() <= TRUST_MS) return;
    lose();
    session.sql.end({ timeout: 0 }).catch(() => {});
    session = begin();
  }

  function lose(): void {
    awaited = null;
    distrust();
  }

  function distrust(): void {
    silence = null;
    listener.lose();
  }

  function upToDate(): boolean {
    if (silence === null) return false;
    if (silence() <= TRUST_MS) return true;
    distrust();
    return false;
  }

  return {
    upToDate,
    async close() {
      clearInterval(timer);
      await session.sql.end({ timeout: 1 });
    },
  };
}

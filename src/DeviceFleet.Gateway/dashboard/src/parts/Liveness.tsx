import { useStore } from '../app/context';
import { age, count, instant, timeOfDay } from '../state/format';
import { StateMark } from './marks';

/** How old everything on the page is: part of the frame, on every page. */
export function Liveness() {
  const store = useStore();
  const live = store.liveness.value;
  return (
    <div class={`liveness ${live.kind}`} role="status" data-testid="liveness" data-state={live.kind} title={hint(store)}>
      <StateMark state={live.kind === 'live' ? 'online' : live.kind === 'stale' || live.kind === 'denied' || live.kind === 'signed-out' ? 'offline' : 'stale'} size={9} />
      <Text />
    </div>
  );
}

function Text() {
  const store = useStore();
  const live = store.liveness.value;
  switch (live.kind) {
    case 'connecting':
      return <span>connecting</span>;
    case 'live':
      // The age changes all the time; read out, it would never stop.
      return <span class="text"><span class="word">live </span><span class="live-age" aria-hidden="true">{age(live.ageMs)}</span></span>;
    case 'catching-up':
      return <span>catching up{live.behind !== null && <span class="longer"> · {count(live.behind)} behind</span>}</span>;
    case 'reconnecting':
      return <span>reconnecting <span class="live-age" aria-hidden="true">{age(live.forMs)}</span></span>;
    case 'stale':
      return (
        <>
          <span>stale since {timeOfDay(live.since)}</span>
          <button type="button" class="longer" onClick={() => store.retryNow()}>retry now</button>
        </>
      );
    case 'signed-out':
      return <span>signed out</span>;
    case 'denied':
      return <span>refused</span>;
  }
}

function hint({ liveness, faults, fleet }: ReturnType<typeof useStore>): string {
  const live = liveness.value;
  const { asOf, sequence } = fleet.value;
  const lines = sequence === null ? [] : [`State ${sequence} of ${instant(asOf)}`];
  if ((live.kind === 'reconnecting' || live.kind === 'stale') && live.retryInMs !== null) {
    lines.push('Values are the last that were received; the connection is tried again by itself.');
  }
  if (faults.value.count > 0) {
    lines.push(`${count(faults.value.count)} parts of messages could not be read; the last: ${faults.value.last ?? ''}`);
  }
  return lines.join('\n');
}

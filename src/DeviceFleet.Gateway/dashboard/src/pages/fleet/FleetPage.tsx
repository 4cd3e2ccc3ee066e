import { useStore } from '../../app/context';
import { EmptyFleet } from '../../parts/Notice';
import { Counters } from './Counters';
import { Ingest } from './Ingest';
import { OpenAlarms } from './OpenAlarms';
import { Rejections } from './Rejections';
import { StateGrid } from './StateGrid';

export function FleetPage() {
  const store = useStore();
  if (!store.loaded.value) {
    return <Loading />;
  }
  const { counters, rejections } = store.fleet.value;
  if (counters.total === 0) {
    return (
      <>
        <EmptyFleet />
        {(counters.refusedByBroker > 0 || rejections.length > 0) && <div class="content"><Rejections /></div>}
      </>
    );
  }
  return (
    <div class="content">
      <h1 class="visually-hidden">Fleet</h1>
      <Counters />
      <div class="fleet-grid">
        <div class="stack">
          <Ingest />
          <StateGrid />
        </div>
        <div class="stack">
          <OpenAlarms />
          <Rejections />
        </div>
      </div>
    </div>
  );
}

function Loading() {
  return (
    <div class="content" aria-busy="true" data-testid="loading">
      <h1 class="visually-hidden">Fleet, loading</h1>
      {[124, 150, 220].map((height) => <div key={height} class="skeleton" style={{ height: `${height}px` }} />)}
    </div>
  );
}

import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo } from 'preact/hooks';
import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { ProblemNote } from '../../parts/ProblemNote';
import { SagaMark } from '../../parts/sagaMarks';
import { ReadOnlyNote } from '../../parts/WriteButton';
import { count } from '../../state/format';
import { deviceRoute, formatRoute, type ProvisioningRoute } from '../../state/route';
import { KIND_TEXT, boardOf, choiceRefusal, movedCard, waitingFirst, type SagaCounts, type Sagas } from '../../state/sagas';
import { SAGA_KINDS, type Saga, type SagaChoice } from '../../wire/provisioning';
import { BoardView } from './BoardView';
import { EnrolmentsView } from './EnrolmentsView';
import { NobodyComing, NothingMatches } from './Nobody';
import { SagaView } from './SagaView';

const NONE: Sagas = new Map();
const CHOICE_KEYS: Readonly<Record<string, SagaChoice>> = { a: 'approve', r: 'retry', s: 'skip', c: 'compensate' };

/** Devices on their way in, round and out: what is where, what waits for a person. */
export function ProvisioningPage({ route }: { readonly route: ProvisioningRoute }) {
  const store = useStore();
  const loaded = store.sagas.sagas.value;
  const counts = store.sagas.counts.value;
  return (
    <div class={`board-page${route.at === null ? '' : ' chosen'}`} data-testid="provisioning-page">
      <div class="devices-head">
        <h1>Provisioning</h1>
        <span class="quiet" role="status" data-testid="saga-counts">{counts === null ? (loaded.kind === 'failed' ? 'not read' : 'reading') : summary(counts)}</span>
        <nav class="chips" aria-label="Which part">
          <a class="chip" href={formatRoute({ ...route, part: 'board', at: null })} {...(route.part === 'board' && { 'aria-current': 'true' as const })}>Board</a>
          <a class="chip" href={formatRoute({ ...route, part: 'enrolments', at: null })} data-testid="to-enrolments" {...(route.part === 'enrolments' && { 'aria-current': 'true' as const })}>Enrolments</a>
        </nav>
      </div>
      {route.part === 'enrolments' ? <EnrolmentsView at={route.at} /> : <Board route={route} />}
    </div>
  );
}

function Board({ route }: { readonly route: ProvisioningRoute }) {
  const store = useStore();
  const loaded = store.sagas.sagas.value;
  const sagas = loaded.kind === 'ready' ? loaded.value : NONE;
  const board = useMemo(() => boardOf(sagas.values(), route), [sagas, route.kind, route.enrolment, route.q]);
  const waiting = useMemo(() => waitingFirst(sagas.values()), [sagas]);
  const mode = useSignal<SagaChoice | null>(null);
  const chosen = route.at === null ? null : (sagas.get(route.at) ?? null);
  const instance = chosen?.progress.instance ?? null;
  useEffect(() => void (mode.value = null), [route.at, instance]);
  useEffect(() => show(route.at), [route.at, loaded.kind]); // the panel beside the board may hide its card

  // With the drawing, not after it: the next key must mean the saga that is shown, not the one before.
  useLayoutEffect(() => {
    const go = (step: number) => {
      const at = movedCard(board, route.at, step);
      store.navigation.replace({ ...route, at });
    };
    store.pageKey = (key) => {
      const choice = CHOICE_KEYS[key];
      if (key === 'j' || key === 'k') {
        go(key === 'j' ? 1 : -1);
      } else if (key === 'Enter' && chosen !== null && !(document.activeElement instanceof HTMLButtonElement || document.activeElement instanceof HTMLAnchorElement)) {
        store.navigation.go(deviceRoute(chosen.deviceId));
      } else if (choice !== undefined && chosen !== null && choiceRefusal(chosen, choice) === null && store.readOnly.peek() === null) {
        mode.value = choice;
      } else {
        return choice !== undefined;
      }
      return true;
    };
    return () => void (store.pageKey = null);
  });

  if (loaded.kind === 'loading') {
    return <div class="content" aria-busy="true" data-testid="loading"><div class="skeleton" style={{ height: '32px' }} /><div class="skeleton" style={{ height: '320px' }} /></div>;
  }
  if (loaded.kind === 'failed') {
    return <div class="content"><ProblemNote problem={loaded.problem} onRetry={() => void store.sagas.read()} /></div>;
  }
  if (sagas.size === 0) {
    return <NobodyComing />;
  }
  const enrolments = [...new Set([...sagas.values()].map((saga) => saga.enrolmentId).filter((id) => id !== null)), ...(route.enrolment === null ? [] : [route.enrolment])];
  const shown = board.columns.reduce((sum, column) => sum + column.sagas.length, 0) + board.ended.length;
  return (
    <>
      <div class="board-filter">
        <nav class="chips" aria-label="Which sagas">
          {SAGA_KINDS.map((kind) => (
            <a key={kind} class="chip" href={formatRoute({ ...route, kind, at: null })} data-testid={`kind-${kind}`} {...(route.kind === kind && { 'aria-current': 'true' as const })}>
              {KIND_TEXT[kind]} <span class="chip-count">{count(board.kinds[kind])}</span>
            </a>
          ))}
        </nav>
        <label class="metric-choice">Enrolment{' '}
          <select value={route.enrolment ?? ''} data-testid="board-enrolment" onChange={(event) => store.navigation.replace({ ...route, enrolment: event.currentTarget.value === '' ? null : event.currentTarget.value, at: null })}>
            <option value="">all</option>
            {[...new Set(enrolments)].sort().map((id) => <option key={id} value={id}>{id}</option>)}
          </select>
        </label>
        <label class="board-search"><span class="visually-hidden">Narrow the board</span>
          <input type="search" placeholder="device, hardware, error …" spellcheck={false} value={route.q} data-testid="board-search" onInput={(event) => store.navigation.replace({ ...route, q: event.currentTarget.value })} />
        </label>
      </div>
      <Waiting waiting={waiting} route={route} />
      <ReadOnlyNote />
      {loaded.problem !== null && <ProblemNote problem={{ ...loaded.problem, next: 'What is shown is what was read before.' }} onRetry={() => void store.sagas.read()} />}
      <div class="board-parts">
        {shown === 0 ? <NothingMatches route={route} /> : <BoardView board={board} route={route} />}
        {chosen !== null && <SagaView key={chosen.deviceId} saga={chosen} mode={mode} back={formatRoute({ ...route, at: null })} />}
        {chosen === null && route.at !== null && (
          <aside class="saga-view" data-testid="saga-gone">
            <p class="quiet">The saga of <a class="mono link" href={formatRoute(deviceRoute(route.at))}>{route.at}</a> is not on the board any more: it ended a while ago. The device’s page has its identity and its audit.</p>
            <a class="button" href={formatRoute({ ...route, at: null })}>To the board</a>
          </aside>
        )}
      </div>
      <div class="board-legend">
        {(['running', 'waiting', 'approval', 'stuck', 'compensating', 'done', 'compensated'] as const).map((state) => <span key={state} class="state"><SagaMark state={state} size={9} />{LEGEND[state]}</span>)}
        <span class="keys-hint" aria-hidden="true"><kbd>j</kbd> <kbd>k</kbd> move · <kbd>a</kbd> approve · <kbd>r</kbd> retry · <kbd>s</kbd> skip · <kbd>c</kbd> compensate</span>
      </div>
    </>
  );
}

function show(id: string | null): void {
  document.getElementById(`saga-${id ?? ''}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** Sagas named in the line of those that wait; of more there is the count. */
const WAITING_SHOWN = 6;

/** What a person must do, of every kind and at every step: it must be in sight, wherever the board is scrolled to. */
function Waiting({ waiting, route }: { readonly waiting: readonly Saga[]; readonly route: ProvisioningRoute }) {
  if (waiting.length === 0) {
    return null;
  }
  return (
    <nav class="waiting" aria-label="Waiting for a person" data-testid="waiting">
      <strong>{count(waiting.length)} {waiting.length === 1 ? 'waits' : 'wait'} for a person</strong>
      {waiting.slice(0, WAITING_SHOWN).map((saga) => (
        <a key={saga.deviceId} class={`chip ${saga.progress.state}`} href={formatRoute({ ...route, kind: saga.progress.kind, enrolment: null, q: '', at: saga.deviceId })} data-testid={`waiting-${saga.deviceId}`} {...(saga.deviceId === route.at && { 'aria-current': 'true' as const })}>
          <SagaMark state={saga.progress.state} size={9} /> <span class="mono">{saga.deviceId}</span> {saga.progress.step} <span class="chip-count"><Age at={saga.progress.stepSince} /></span>
        </a>
      ))}
      {waiting.length > WAITING_SHOWN && <span class="quiet">and {count(waiting.length - WAITING_SHOWN)} more, first in their columns</span>}
    </nav>
  );
}

const LEGEND = { running: 'running', waiting: 'waits for the device', approval: 'waits for approval', stuck: 'stuck', compensating: 'being taken back', done: 'done', compensated: 'taken back' } as const;

function summary(counts: SagaCounts): string {
  const now = [`${count(counts.underWay)} under way`, ...(counts.stuck > 0 ? [`${count(counts.stuck)} stuck`] : []), ...(counts.approval > 0 ? [`${count(counts.approval)} to approve`] : []), ...(counts.compensating > 0 ? [`${count(counts.compensating)} being taken back`] : [])];
  return `${now.join(', ')}; of late ${count(counts.done)} done, ${count(counts.compensated)} taken back`;
}

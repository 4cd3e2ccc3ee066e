import { useStore } from '../../app/context';
import { Age } from '../../parts/Age';
import { SagaMark } from '../../parts/sagaMarks';
import { age, count, instant } from '../../state/format';
import { formatRoute, type ProvisioningRoute } from '../../state/route';
import { SAGA_STATE_TEXT, STEP_TEXT, endOf, type Board, type BoardColumn } from '../../state/sagas';
import type { Saga } from '../../wire/provisioning';

/** Cards drawn of one column; of more there is the count. */
const SHOWN = 40;

interface Props {
  readonly board: Board;
  readonly route: ProvisioningRoute;
}

/** A column for each step; those that nobody is at are narrow. What has ended of late stands at the end. */
export function BoardView({ board, route }: Props) {
  return (
    <div class="board" role="region" aria-label="Sagas by step" tabIndex={0} data-testid="board">
      {board.columns.map((column) => <Column key={column.step} column={column} route={route} />)}
      <Ended sagas={board.ended} route={route} />
    </div>
  );
}

function Column({ column, route }: { readonly column: BoardColumn; readonly route: ProvisioningRoute }) {
  const { step, sagas, waiting } = column;
  return (
    <section class={`column${sagas.length === 0 ? ' empty' : ''}`} aria-label={`${step}: ${count(sagas.length)}`} data-testid={`column-${step}`} title={STEP_TEXT[step]}>
      <h2><span class="step-name">{step}</span> <span class="quiet">{count(sagas.length)}{waiting > 0 && <span class="waits"> · {count(waiting)} wait</span>}</span></h2>
      {sagas.length > 0 && <ul>{sagas.slice(0, SHOWN).map((saga) => <Card key={saga.deviceId} saga={saga} route={route} />)}</ul>}
      {sagas.length > SHOWN && <p class="quiet more">and {count(sagas.length - SHOWN)} more, none of them older: narrow the board by words or enrolment</p>}
    </section>
  );
}

function Card({ saga, route }: { readonly saga: Saga; readonly route: ProvisioningRoute }) {
  const { state, stepSince, attempts, error } = saga.progress;
  return (
    <li>
      <a
        id={`saga-${saga.deviceId}`}
        class={`card ${state}`}
        href={formatRoute({ ...route, at: saga.deviceId })}
        data-testid={`saga-${saga.deviceId}`}
        data-state={state}
        {...(route.at === saga.deviceId && { 'aria-current': 'true' as const })}
      >
        <span class="card-head">
          <SagaMark state={state} />
          <span class="mono truncate">{saga.deviceId}</span>
          <span class="card-age"><Age at={stepSince} /></span>
        </span>
        <span class="visually-hidden">{SAGA_STATE_TEXT[state]}</span>
        {saga.hardwareId !== null && saga.hardwareId !== saga.deviceId && <span class="card-line mono truncate">{saga.hardwareId}</span>}
        <span class="card-line truncate">{saga.enrolmentId ?? 'no enrolment'}</span>
        {(attempts > 0 || saga.progress.deadline !== null) && <span class="card-line">{attempts > 0 && <span class="card-tries">{count(attempts)} failed {attempts === 1 ? 'try' : 'tries'}{saga.progress.deadline !== null && ' · '}</span>}<Deadline saga={saga} /></span>}
        {error !== null && <span class="card-error">{error}</span>}
      </a>
    </li>
  );
}

/** How long there is left; said where it matters. */
export function Deadline({ saga }: { readonly saga: Saga }) {
  const now = useStore().now.value;
  const { deadline } = saga.progress;
  if (deadline === null || saga.progress.endedAt !== null) {
    return null;
  }
  const left = deadline - now;
  return <span class={`deadline${left < 60_000 ? ' near' : ''}`} title={instant(deadline)}>{left >= 0 ? `${age(left)} left` : `overdue by ${age(-left)}`}</span>;
}

function Ended({ sagas, route }: { readonly sagas: readonly Saga[]; readonly route: ProvisioningRoute }) {
  return (
    <section class={`column ended${sagas.length === 0 ? ' empty' : ''}`} aria-label={`Ended of late: ${count(sagas.length)}`} data-testid="column-ended">
      <h2><span class="step-name">ended</span> <span class="quiet">{count(sagas.length)}</span></h2>
      {sagas.length > 0 && (
        <ul>
          {sagas.slice(0, SHOWN).map((saga) => (
            <li key={saga.deviceId}>
              <a
                id={`saga-${saga.deviceId}`}
                class={`card over ${saga.progress.state}`}
                href={formatRoute({ ...route, at: saga.deviceId })}
                data-testid={`saga-${saga.deviceId}`}
                data-state={saga.progress.state}
                {...(route.at === saga.deviceId && { 'aria-current': 'true' as const })}
              >
                <span class="card-head"><SagaMark state={saga.progress.state} /><span class="mono truncate">{saga.deviceId}</span><span class="card-age"><Age at={endOf(saga)} /></span></span>
                <span class="visually-hidden">{SAGA_STATE_TEXT[saga.progress.state]}</span>
                {saga.progress.error !== null && <span class="card-error">{saga.progress.error}</span>}
              </a>
            </li>
          ))}
        </ul>
      )}
      {sagas.length > SHOWN && <p class="quiet more">and {count(sagas.length - SHOWN)} before</p>}
    </section>
  );
}

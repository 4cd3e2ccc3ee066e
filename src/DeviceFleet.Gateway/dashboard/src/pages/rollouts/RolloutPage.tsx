import { useStore } from '../../app/context';
import { Notice } from '../../parts/Notice';
import { ProblemNote } from '../../parts/ProblemNote';
import { RolloutMark } from '../../parts/sagaMarks';
import { ReadOnlyNote } from '../../parts/WriteButton';
import { age, count, instant } from '../../state/format';
import { devicesRoute, formatRoute, rolloutsRoute, type Route } from '../../state/route';
import { ROLLOUT_STATE_TEXT, abortWords, devicesOf, settled, targetsWords, totalCounts, windowWords } from '../../state/rollouts';
import { spanWords } from '../../state/timeSpan';
import type { Rollout } from '../../wire/rollouts';
import { DevicesPanel } from './DevicesPanel';
import { RolloutActions } from './RolloutActions';
import { Shares } from './Shares';
import { WaveLane } from './WaveLane';

type RolloutRoute = Extract<Route, { readonly page: 'rollout' }>;

/** One rollout: waves as lanes, each against its abort line, a mark for every device. */
export function RolloutPage({ route }: { readonly route: RolloutRoute }) {
  const store = useStore();
  const list = store.rollouts.list.value;
  const rollout = list.kind === 'ready' ? list.value.find((r) => r.id === route.id) : undefined;
  if (list.kind === 'loading') {
    return <div class="content" aria-busy="true" data-testid="loading"><h1 class="mono">{route.id}</h1>{[90, 140, 140].map((height, i) => <div key={i} class="skeleton" style={{ height: `${height}px` }} />)}</div>;
  }
  if (list.kind === 'failed') {
    return <div class="content"><h1 class="mono">{route.id}</h1><ProblemNote problem={list.problem} onRetry={() => void store.rollouts.read()} /></div>;
  }
  if (rollout === undefined) {
    return (
      <Notice title={`No rollout ${route.id}`} testid="rollout-missing" sign="○">
        <p>The gateway knows none of this name, or it is older than those it lists.</p>
        <a class="button" href={formatRoute(rolloutsRoute())}>All rollouts</a>
      </Notice>
    );
  }
  const choose = (id: string | null) => store.navigation.replace({ ...route, at: id });
  const byWave = store.rollouts.devices.value;
  const problem = store.rollouts.devicesProblem.value;
  return (
    <div class="content" data-testid="rollout-page" data-state={rollout.state}>
      <Head rollout={rollout} />
      <ReadOnlyNote />
      {list.problem !== null && <ProblemNote problem={{ ...list.problem, next: 'What is shown is what was read before.' }} onRetry={() => void store.rollouts.read()} />}
      {problem !== null && <ProblemNote problem={problem} onRetry={() => store.rollouts.readDevicesAgain()} />}
      <div class="rollout-grid">
        <section class="panel waves" aria-label="Waves">
          {rollout.waves.map((wave) => <WaveLane key={wave.number} rollout={rollout} wave={wave} devices={byWave.get(wave.number)} chosen={route.at} onChoose={choose} />)}
        </section>
        <DevicesPanel rollout={rollout} byWave={byWave} route={route} />
      </div>
    </div>
  );
}

function Head({ rollout }: { readonly rollout: Rollout }) {
  const now = useStore().now.value;
  const counts = totalCounts(rollout);
  const all = devicesOf(rollout);
  const { plan, targets } = rollout;
  const { group, type } = targets;
  const query = [...(type === null ? [] : [`type:${type}`]), ...(group === null ? [] : [`group:${group}`])].join(' ');
  return (
    <header class="device-head">
      <nav class="crumb" aria-label="Where this is"><a href={formatRoute(rolloutsRoute())}>Rollouts</a> / <span class="mono">{rollout.id}</span></nav>
      <div class="title">
        <h1>{plan.version}</h1>
        <span class={`tag rollout-state ${rollout.state}`} data-testid="rollout-state" data-state={rollout.state}><RolloutMark state={rollout.state} size={10} /> {ROLLOUT_STATE_TEXT[rollout.state]}</span>
        <span class="quiet" title={instant(rollout.createdAt)}>begun {age(now - rollout.createdAt)} ago by {rollout.by}{rollout.endedAt !== null && `, took ${age(rollout.endedAt - rollout.createdAt)}`}</span>
      </div>
      {rollout.detail !== null && <p class={`rollout-why ${rollout.state}`} data-testid="rollout-detail">{rollout.detail}</p>}
      {rollout.windowOpensAt !== null && <p class="rollout-why" data-testid="rollout-window" title={instant(rollout.windowOpensAt)}>Waits for its maintenance window, which opens {rollout.windowOpensAt > now ? `in ${age(rollout.windowOpensAt - now)}` : 'now'}.</p>}
      <RolloutActions rollout={rollout} />
      <div class="rollout-progress">
        <Shares counts={counts} devices={all} />
        <span><strong data-testid="rollout-settled">{count(settled(counts))}</strong> of {count(all)} settled</span>
      </div>
      <dl class="facts-line">
        <div><dt>To</dt><dd>{query === '' ? targetsWords(targets) : <a class="link" href={formatRoute(devicesRoute(query))}>{targetsWords(targets)}</a>}</dd></div>
        <div><dt>When</dt><dd>{windowWords(plan.window)}</dd></div>
        <div><dt>At once</dt><dd>{count(plan.parallel)}</dd></div>
        <div><dt>A device may take</dt><dd>{spanWords(plan.deviceTimeoutMs)}</dd></div>
        <div><dt>Gate</dt><dd>{abortWords(plan)}</dd></div>
      </dl>
    </header>
  );
}
